import { isServing, type Protocol } from "./protocol";
import { bigEndian, byteAt } from "./wire-numbers";

interface Message {
  readonly name: string;
  /** 1 call, 2 reply, 3 exception, 4 one way; 0 = not known. */
  readonly type: number;
  /** Where its arguments or its result begin. */
  readonly at: number;
  readonly isCompact: boolean;
}

const method = /^[A-Za-z_][\w.:/-]*$/;
const longestName = 128;
const version = 1;
const compactVersion = 1;
const reply = 2;
const exception = 3;

/**
 * Thrift in its binary and compact forms, framed or not. `EXCEPTION` is the library's own (unknown method, internal
 * error); `DECLARED_EXCEPTION` one that the method declares, which to its server is an answer like any other.
 */
export const thrift: Protocol = {
  name: "thrift",
  kind: "rpc",
  looksAt: { request: 256, response: 256 },
  endpointOf: (request) => messageOf(request)?.name ?? "",
  statusOf(response) {
    const message = messageOf(response);
    if (message?.type === exception) return "EXCEPTION";
    return message?.type === reply ? resultOf(response, message) : "";
  },
  isError(status, direction) {
    return status === "EXCEPTION" || (status === "DECLARED_EXCEPTION" && !isServing(direction));
  },
};

function messageOf(text: string): Message | undefined {
  // A frame begins with its length, of which the highest byte is 0.
  return readMessage(text, 0) ?? (byteAt(text, 0) === 0 ? readMessage(text, 4) : undefined);
}

function readMessage(text: string, at: number): Message | undefined {
  return strict(text, at) ?? compact(text, at) ?? old(text, at);
}

/** `80 01 00 type`, length and name, sequence number. The first byte is not allowed in UTF-8. */
function strict(text: string, at: number): Message | undefined {
  const first = byteAt(text, at);
  if ((first !== 0x80 && first !== -1) || bigEndian(text, at + 1, 2) !== version << 8) return undefined;
  const name = nameAt(text, at + 8, bigEndian(text, at + 4, 4));
  if (name === "") return undefined;
  return { name, type: byteAt(text, at + 3), at: at + 12 + name.length, isCompact: false };
}

/** `82`, type and version, then sequence number and length in 7 bits a byte. */
function compact(text: string, at: number): Message | undefined {
  const first = byteAt(text, at);
  const second = byteAt(text, at + 1);
  const isOneWay = second === -1 || second >> 5 === 4;
  if ((first !== 0x82 && first !== -1) || (!isOneWay && (second & 0x1f) !== compactVersion)) return undefined;
  let next = at + 2;
  // Bytes but the last of a number have their highest bit set, so they may be lost.
  while (next < at + 7 && (byteAt(text, next) === -1 || byteAt(text, next) >= 0x80)) next += 1;
  const length = byteAt(text, next + 1);
  const name = nameAt(text, next + 2, length);
  if (name === "") return undefined;
  return { name, type: isOneWay ? 4 : second >> 5, at: next + 2 + name.length, isCompact: true };
}

/** Before there were versions: length and name, type, sequence number. */
function old(text: string, at: number): Message | undefined {
  const name = nameAt(text, at + 4, bigEndian(text, at, 4));
  const type = byteAt(text, at + 4 + name.length);
  if (name === "" || type < 1 || type > 4) return undefined;
  return { name, type, at: at + 9 + name.length, isCompact: false };
}

function nameAt(text: string, at: number, length: number): string {
  if (length < 1 || length > longestName) return "";
  const name = text.slice(at, at + length);
  return name.length === length && method.test(name) ? name : "";
}

/** A result is a struct: its field 0 is what the method returned, any other an exception it declares, none is `void`. */
function resultOf(text: string, { at, isCompact }: Message): string {
  const type = byteAt(text, at);
  if (type === 0) return "OK";
  const field = isCompact ? compactField(text, at, type) : bigEndian(text, at + 1, 2);
  if (type === -1 || field === -1) return "";
  return field === 0 ? "OK" : "DECLARED_EXCEPTION";
}

/** The upper half of a field's first byte is its distance from the one before; 0 = the number itself follows. */
function compactField(text: string, at: number, type: number): number {
  return type === -1 ? -1 : type >> 4 || byteAt(text, at + 1);
}
