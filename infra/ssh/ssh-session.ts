import type { Duplex } from "node:stream";
import type { Client, ClientChannel, SFTPWrapper } from "ssh2";
import { formatHostKey } from "./host-key";
import { openClient } from "./open-client";
import { type LoginBounds, loginBounds } from "./places";
import { type CommandResult, type CommandRun, runCommand } from "./remote-run";
import { isTransient, SshError } from "./ssh-fault";
import { address, type SshLogin } from "./ssh-login";
import { tcpConnect } from "./tcp-connect";

export interface OpenOptions {
  /** For each login, the proxy's and the host's; default 10 000. */
  timeLimitMs?: number;
  /** Pauses before logging in again where a server dropped the connection; their number is the number of retries. */
  retryPausesMs?: readonly number[];
  /** Shared by all sessions that should be counted together; absent: not counted. */
  bounds?: LoginBounds;
  cancelled?: AbortSignal;
}

/** An open connection to a host. */
export interface SshSession {
  /** The key the host showed, in authorized_keys form. */
  hostKey: string;
  /** The key the proxy showed, if there is one. */
  proxyHostKey?: string;
  run(command: CommandRun): Promise<CommandResult>;
  sftp(): Promise<SFTPWrapper>;
  close(): void;
}

/**
 * Connects and logs in, through the proxy if there is one. A dropped connection is tried again after a pause; all else
 * rejects at once with an SshError that says which hop failed.
 */
export async function openSession(login: SshLogin, options: OpenOptions = {}): Promise<SshSession> {
  const pauses = [...(options.retryPausesMs ?? [400, 1200, 2500])];
  for (;;) {
    try {
      return await openOnce(login, options);
    } catch (error) {
      const pause = pauses.shift();
      const again = error instanceof SshError && isTransient(error.fault) && options.cancelled?.aborted !== true;
      if (!again || pause === undefined) throw error;
      // Others were dropped with this one: an uneven pause keeps them from coming back together.
      await new Promise((resolve) => setTimeout(resolve, pause * (0.5 + Math.random())));
    }
  }
}

async function openOnce(login: SshLogin, options: OpenOptions): Promise<SshSession> {
  const { proxy } = login;
  const limits = { timeLimitMs: options.timeLimitMs ?? 10_000, cancelled: options.cancelled };
  const bounds = options.bounds ?? loginBounds();
  const enter = (server: Omit<SshLogin, "proxy">, way: string, reach: () => Promise<Duplex>) =>
    bounds.servers.within(way, async () => {
      // Only who is through to the server takes a place among the handshakes: those that are down must not fill them.
      const stream = await reach();
      // It may break while it waits; the login finds it closed then.
      stream.on("error", () => {});
      return bounds.handshakes.within("", () => openClient(server, stream, limits));
    });
  const directly = (server: Omit<SshLogin, "proxy">) =>
    enter(server, address(server), () => tcpConnect(server, limits.timeLimitMs, limits.cancelled));

  if (proxy === undefined) {
    const { client, hostKey } = await directly(login);
    return session(client, formatHostKey(hostKey), [client], limits.cancelled);
  }
  const first = await atProxy(() => directly(proxy));
  try {
    const way = `${address(proxy)}>${address(login)}`;
    const { client, hostKey } = await enter(login, way, () => forward(first.client, login, limits.timeLimitMs));
    const opened = session(client, formatHostKey(hostKey), [client, first.client], limits.cancelled);
    return { ...opened, proxyHostKey: formatHostKey(first.hostKey) };
  } catch (error) {
    first.client.end();
    throw error;
  }
}

async function atProxy<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof SshError ? new SshError(error.fault, "proxy") : error;
  }
}

function forward(client: Client, login: SshLogin, timeLimitMs: number): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    const refuse = (reason: string) => reject(new SshError({ kind: "unreachable", reason }));
    const timer = setTimeout(() => refuse("the proxy found no way to the host in time"), timeLimitMs);
    client.forwardOut("127.0.0.1", 0, login.host, login.port, (error, channel) => {
      clearTimeout(timer);
      if (error) refuse(`the proxy found no way to the host (${error.message})`);
      else resolve(channel);
    });
  });
}

function session(client: Client, hostKey: string, open: Client[], cancelled: AbortSignal | undefined): SshSession {
  const breakOff = () => {
    for (const each of open) each.destroy();
  };
  const close = () => {
    cancelled?.removeEventListener("abort", breakOff);
    for (const each of open) each.end();
  };
  cancelled?.addEventListener("abort", breakOff, { once: true });
  if (cancelled?.aborted) breakOff();
  return {
    hostKey,
    run: (command) => runCommand(client, command),
    sftp: () =>
      new Promise((resolve, reject) => {
        client.sftp((error, sftp) => (error ? reject(error) : resolve(sftp)));
      }),
    close,
  };
}
