import type { Duplex } from "node:stream";
import { type AnyAuthMethod, Client, type ClientErrorExtensions, type ConnectConfig } from "ssh2";
import { fingerprint, type HostKey, hostKeyOf, offeredAlgorithms, parseHostKey, sameHostKey } from "./host-key";
import { loginMethods, protocolName } from "./login-methods";
import { hostKeyChanged, SshError, type SshFault } from "./ssh-fault";
import type { SshLogin } from "./ssh-login";

/**
 * Logs in to one server over an open stream, which it takes over, within the time limit. Rejects with an SshError;
 * nothing stays open then.
 */
export function openClient(
  login: Omit<SshLogin, "proxy">,
  sock: Duplex,
  { timeLimitMs, cancelled }: { timeLimitMs: number; cancelled?: AbortSignal | undefined },
): Promise<{ client: Client; hostKey: HostKey }> {
  const client = new Client();
  return new Promise((resolve, reject) => {
    if (sock.destroyed)
      return reject(new SshError({ kind: "dropped", reason: "the server closed the connection at once" }));
    const { expected, revoked, methods } = beforeLogin(login, sock);
    let shown: HostKey | undefined;
    const tried = new Set<string>();
    let accepted: string[] = [];

    const cancel = () => fail({ kind: "lost", reason: "cancelled" });
    const leave = () => {
      cancelled?.removeEventListener("abort", cancel);
      client.removeAllListeners();
    };
    const fail = (fault: SshFault) => {
      leave();
      // What the closing connection still says is no longer news.
      client.on("error", () => {});
      client.destroy();
      sock.destroy();
      reject(new SshError(fault));
    };

    client.on("change password", () => fail({ kind: "password-expired" }));
    client.on("ready", () => {
      leave();
      client.on("error", () => {});
      if (shown !== undefined) resolve({ client, hostKey: shown });
    });
    client.on("error", (error: Error & ClientErrorExtensions) => {
      if (error.level === "agent") return;
      if (shown && isAmong(revoked, shown)) return fail({ kind: "host-key-revoked", shown: fingerprint(shown) });
      if (expected && shown && !sameHostKey(expected, shown)) return fail(hostKeyChanged(expected, shown));
      if (error.level === "client-authentication") {
        return fail({ kind: "login-refused", tried: [...tried], accepted });
      }
      fail(loginFault(error, timeLimitMs));
    });
    client.on("close", () => fail({ kind: "dropped", reason: "the server closed the connection during the login" }));

    if (cancelled?.aborted) return cancel();
    cancelled?.addEventListener("abort", cancel, { once: true });
    const remaining = [...methods];
    const config: ConnectConfig = {
      sock: sock as never,
      username: login.user,
      readyTimeout: timeLimitMs,
      keepaliveInterval: 15_000,
      keepaliveCountMax: 4,
      algorithms: { serverHostKey: offeredAlgorithms(expected) as never },
      hostVerifier: (blob: Buffer) => {
        shown = hostKeyOf(blob);
        return !isAmong(revoked, shown) && (expected === undefined || sameHostKey(expected, shown));
      },
      authHandler: (methodsLeft: string[] | null, partial: boolean, next: (method: AnyAuthMethod) => void) => {
        accepted = methodsLeft ?? accepted;
        // One and the same password, refused once, would only count as another failure against the user.
        const passwordRefused = tried.has("password") && accepted.includes("password") && !partial;
        for (let method = remaining.shift(); method !== undefined; method = remaining.shift()) {
          const name = protocolName(method);
          tried.add(name);
          if (methodsLeft !== null && !accepted.includes(name)) continue;
          if (name === "keyboard-interactive" && passwordRefused) continue;
          return next(method);
        }
        next(false as never);
      },
    };
    client.connect(config);
  });
}

interface LoginNeeds {
  expected: HostKey | undefined;
  revoked: HostKey[];
  methods: AnyAuthMethod[];
}

/** What the login needs; a fault in it lets go of the connection. */
function beforeLogin(login: Omit<SshLogin, "proxy">, sock: Duplex): LoginNeeds {
  try {
    return {
      methods: loginMethods(login),
      expected: login.hostKey === undefined ? undefined : parseHostKey(login.hostKey),
      revoked: (login.revokedHostKeys ?? []).map(parseHostKey),
    };
  } catch (error) {
    sock.destroy();
    throw error instanceof SshError
      ? error
      : new SshError({ kind: "host-key-unreadable", reason: (error as Error).message });
  }
}

function isAmong(keys: readonly HostKey[], key: HostKey): boolean {
  return keys.some((each) => sameHostKey(each, key));
}

function loginFault(error: Error & ClientErrorExtensions, timeLimitMs: number): SshFault {
  if (error.level !== "client-timeout") {
    return { kind: "dropped", reason: `the server ended the connection during the login (${error.message})` };
  }
  const afterSeconds = Math.round(timeLimitMs / 1000);
  return { kind: "unreachable", reason: "the host answers but completes no SSH login", afterSeconds };
}
