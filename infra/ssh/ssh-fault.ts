import { fingerprint, formatHostKey, type HostKey } from "./host-key";

/** Why a server could not be entered or a session broke, as data; who shows it chooses the words. */
export type SshFault =
  | { kind: "unreachable"; reason: string; afterSeconds?: number }
  /** The server ended the connection before the login, as it does when too many arrive at once. */
  | { kind: "dropped"; reason: string }
  | { kind: "host-key-changed"; expected: string; shown: string; shownKey: string }
  | { kind: "host-key-revoked"; shown: string }
  | { kind: "host-key-unreadable"; reason: string }
  | { kind: "private-key-unusable"; reason: string }
  | { kind: "agent-unusable"; reason: string }
  /** `tried` and `accepted` are SSH's method names: password, publickey, keyboard-interactive. */
  | { kind: "login-refused"; tried: string[]; accepted: string[] }
  | { kind: "password-expired" }
  /** The connection takes no command, or no further one. */
  | { kind: "not-started"; reason: string }
  | { kind: "lost"; reason: string }
  | { kind: "too-slow"; seconds: number };

/** An SSH failure; `hop` tells whether the server itself or the proxy before it failed. */
export class SshError extends Error {
  constructor(
    readonly fault: SshFault,
    readonly hop: "host" | "proxy" = "host",
  ) {
    super(plainWords(fault));
    this.name = "SshError";
  }
}

/** True if nobody answered, or not to the end. */
export function isSilence({ kind }: SshFault): boolean {
  return kind === "unreachable" || kind === "dropped" || kind === "not-started" || kind === "lost";
}

/** True if trying again after a pause may well succeed. */
export function isTransient(fault: SshFault): boolean {
  return fault.kind === "dropped";
}

export function hostKeyChanged(expected: HostKey, shown: HostKey): SshFault {
  return {
    kind: "host-key-changed",
    expected: fingerprint(expected),
    shown: fingerprint(shown),
    shownKey: formatHostKey(shown),
  };
}

/** The fault in one short clause, without names or advice. */
export function plainWords(fault: SshFault): string {
  switch (fault.kind) {
    case "unreachable":
      return fault.afterSeconds === undefined ? fault.reason : `${fault.reason} after ${fault.afterSeconds} s`;
    case "host-key-changed":
      return `host key changed: pinned ${fault.expected}, host shows ${fault.shown}`;
    case "host-key-revoked":
      return `host key revoked: host shows ${fault.shown}`;
    case "host-key-unreadable":
    case "private-key-unusable":
    case "agent-unusable":
    case "dropped":
    case "not-started":
    case "lost":
      return fault.reason;
    case "login-refused":
      return fault.tried.length === 0
        ? `nothing to log in with; the server accepts ${list(fault.accepted)}`
        : `login refused: tried ${list(fault.tried)}, the server accepts ${list(fault.accepted)}`;
    case "password-expired":
      return "login refused: the password has expired and must be changed first";
    case "too-slow":
      return `no end within ${fault.seconds} s`;
  }
}

function list(methods: string[]): string {
  return methods.length === 0 ? "nothing" : methods.join(", ");
}
