import { readPrintedSocket, type SocketEnds } from "./socket-ends";
import { readPrintedString } from "./strace-string";

/** Bytes that passed in a call: the known start of each buffer, and how many unknown bytes follow it. */
export interface Piece {
  known: Buffer;
  unknown: number;
}

export type SocketAction = "read" | "write" | "end-of-input" | "open" | "close";

/** A system call on a TCP socket, as far as it moved bytes or changed the connection. */
export interface SocketCall {
  action: SocketAction;
  fd: number;
  /** Undefined if the kernel no longer knew the socket when strace asked. */
  ends?: SocketEnds;
  pieces: Piece[];
}

const actions: Record<string, SocketAction> = {
  read: "read",
  readv: "read",
  recvfrom: "read",
  recvmsg: "read",
  write: "write",
  writev: "write",
  sendto: "write",
  sendmsg: "write",
  sendfile: "write",
  accept: "open",
  accept4: "open",
  connect: "open",
  close: "close",
};

/** The system calls that the parser understands, for strace's `-e trace=`. */
export const tracedCalls: readonly string[] = Object.keys(actions);

const passingErrors = /^-1 (EAGAIN|EINTR|EINPROGRESS|EALREADY|EWOULDBLOCK)/;

/** The action and socket of a call whose line may not be complete yet; undefined if it is on no TCP socket. */
export function readCallTarget(text: string): { action: SocketAction; fd: number; ends?: SocketEnds } | undefined {
  const open = text.indexOf("(");
  const action = actions[text.slice(0, open)];
  const socket = action && readPrintedSocket(text, open + 1);
  return action && socket && { action, fd: socket.fd, ...(socket.ends && { ends: socket.ends }) };
}

/**
 * Understands a complete call such as `read(5<TCP:[…]>, "GET /"..., 65536) = 89 <0.000012>`. Undefined for calls that
 * moved nothing: on other descriptors, still waiting (EAGAIN), interrupted, or only peeking. Any other error of a read
 * or write is taken as the connection's end.
 */
export function readSocketCall(text: string): SocketCall | undefined {
  const open = text.indexOf("(");
  const name = text.slice(0, open);
  const action = actions[name];
  if (action === undefined) return undefined;
  const equals = text.lastIndexOf(" = ");
  if (equals === -1) return undefined;
  const result = text.slice(equals + 3);
  if (name === "accept" || name === "accept4") return opened(readPrintedSocket(result, 0));
  const socket = readPrintedSocket(text, open + 1);
  if (socket === undefined) return undefined;
  const base = { fd: socket.fd, ...(socket.ends && { ends: socket.ends }), pieces: [] };
  if (action === "close" || action === "open") return { ...base, action };
  if (passingErrors.test(result) || result.startsWith("?")) return undefined;
  const count = Number.parseInt(result, 10);
  if (count < 0) return { ...base, action: "close" };
  if (count === 0) return action === "read" ? { ...base, action: "end-of-input" } : undefined;
  const payload = readPayload(text, socket.end, equals, count);
  return payload && { ...base, action, pieces: payload };
}

/** The duration that `--syscall-times=ns` printed at the end of a call, in ns; 0 if there is none. */
export function readDurationNs(text: string): bigint {
  const match = /<(\d+)\.(\d{9})>$/.exec(text);
  return match === null ? 0n : BigInt(`${match[1]}${match[2]}`);
}

function opened(socket: ReturnType<typeof readPrintedSocket>): SocketCall | undefined {
  return socket && { action: "open", fd: socket.fd, ...(socket.ends && { ends: socket.ends }), pieces: [] };
}

/** Undefined if the call only peeked: those bytes come again. */
function readPayload(text: string, from: number, until: number, count: number): Piece[] | undefined {
  const pieces: Piece[] = [];
  let left = count;
  let at = from;
  const take = (known: Buffer, length: number): void => {
    const size = Math.min(length, left);
    if (size === 0) return;
    left -= size;
    pieces.push({ known: known.subarray(0, size), unknown: Math.max(0, size - known.length) });
  };
  if (text.startsWith(', "', from)) {
    const printed = readPrintedString(text, from + 2);
    if (printed !== undefined) {
      take(printed.bytes, count);
      at = printed.end;
    }
  } else {
    for (let base = text.indexOf("iov_base=", at); base !== -1 && base < until; base = text.indexOf("iov_base=", at)) {
      const printed = text[base + 9] === '"' ? readPrintedString(text, base + 9) : undefined;
      at = printed?.end ?? base + 9;
      const length = /, iov_len=(\d+)/y;
      length.lastIndex = text.indexOf(",", at);
      take(printed?.bytes ?? Buffer.alloc(0), Number(length.exec(text)?.[1] ?? 0));
    }
  }
  if (text.slice(at, until).includes("MSG_PEEK")) return undefined;
  if (left > 0) pieces.push({ known: Buffer.alloc(0), unknown: left });
  return pieces;
}
