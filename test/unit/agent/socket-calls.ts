import type { TimedCall } from "../../../examples/agent/src/call-order";
import type { Piece } from "../../../examples/agent/src/socket-call";
import type { SocketEnds } from "../../../examples/agent/src/socket-ends";

export const ends: SocketEnds = {
  local: { ip: "198.18.0.2", port: 8080 },
  remote: { ip: "198.18.0.1", port: 40_000 },
};

/** A piece whose first bytes are known, followed by unknown ones. */
export function piece(known: string, unknown = 0): Piece {
  return { known: Buffer.from(known, "utf8"), unknown };
}

/** A call that was entered at `at` ns and left 10 ns later. */
export function call(action: TimedCall["action"], at: number, ...pieces: (Piece | string)[]): TimedCall {
  return {
    action,
    fd: 7,
    ends,
    tid: 100,
    entryNs: BigInt(at),
    exitNs: BigInt(at + 10),
    pieces: pieces.map((part) => (typeof part === "string" ? piece(part) : part)),
  };
}
