import { ByteView, viewOf } from "./byte-view";

const backslash = 0x5c;
/** Odd, with its bits evenly mixed (the golden ratio): multiplying by it carries each bit into many. */
const spread = 0x9e3779b1;
const internedLength = 96;

/** Text of the JSON string at bytes [start, end), quotes included, with its escapes undone. */
export function readText(bytes: Buffer, start: number, end: number): string {
  for (let at = start + 1; at < end - 1; at += 1) {
    const byte = bytes[at] as number;
    if (byte === backslash || byte >= 0x80 || byte < 0x20) return readEscaped(bytes, start, end);
  }
  return bytes.toString("latin1", start + 1, end - 1);
}

function readEscaped(bytes: Buffer, start: number, end: number): string {
  // Elasticsearch takes bare control characters inside strings, JSON.parse does not.
  let text = "";
  for (const character of bytes.toString("utf8", start, end)) {
    const code = character.charCodeAt(0);
    text += code < 0x20 ? `\\u${code.toString(16).padStart(4, "0")}` : character;
  }
  return JSON.parse(text);
}

const long = new DataView(new ArrayBuffer(8));
const billion = 1_000_000_000;

/** Exact integer of the digits at [start, end), at most 19; -1n when there is anything but digits, or none. */
export function readLong(bytes: Uint8Array, start: number, end: number): bigint {
  if (end <= start || end - start > 19) return -1n;
  const split = Math.max(start, end - 9);
  const high = split === start ? 0 : readDigits(bytes, start, split);
  const low = readDigits(bytes, split, end);
  if (high === -1 || low === -1) return -1n;
  // high * 10^9 + low in two halves of 32 bits, by products that stay below 2^53: making a bigint of text costs ten times as much.
  const upper = Math.floor(high / 65536) * billion;
  const lower = (upper % 65536) * 65536 + (high % 65536) * billion + low;
  long.setUint32(0, Math.floor(upper / 65536) + Math.floor(lower / 4294967296));
  long.setUint32(4, lower % 4294967296);
  return long.getBigUint64(0);
}

/** Non-negative integer of the digits at [start, end), exact up to 15 digits; -1 when there is anything but digits. */
export function readDigits(bytes: Uint8Array, start: number, end: number): number {
  if (start === end || end - start > 15) return -1;
  let value = 0;
  for (let at = start; at < end; at += 1) {
    const digit = (bytes[at] as number) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/**
 * Strings of which few different ones exist (addresses, names of services and endpoints): the same bytes give the same
 * string object, which saves both its making and its memory. A slot keeps its latest string, so it never grows.
 */
export class InternedText {
  readonly #texts: string[];
  readonly #mask: number;
  readonly #longest: number;
  /** Of each slot: the bytes that its string was read from, and how many. Comparing them leaves the string untouched. */
  readonly #sources: ByteView;
  readonly #lengths: Uint8Array;

  /** `slots`: how many different ones are remembered at most; a power of two. `longest`: bytes of one, at most 255. */
  constructor(slots = 8192, longest = internedLength) {
    this.#texts = new Array(slots).fill("");
    this.#mask = slots - 1;
    this.#longest = longest;
    this.#sources = new ByteView(Buffer.alloc(slots * longest));
    this.#lengths = new Uint8Array(slots);
  }

  /** Text of the JSON string at bytes [start, end), quotes included. */
  read(bytes: Buffer, start: number, end: number): string {
    const length = end - start - 2;
    if (length <= 0) return "";
    if (length > this.#longest) return readText(bytes, start, end);
    const view = viewOf(bytes);
    const slot = hashOf(view, start + 1, end - 1) & this.#mask;
    const source = slot * this.#longest;
    if (this.#lengths[slot] === length && view.holds(this.#sources, source, source + length, start + 1, end)) {
      return this.#texts[slot] as string;
    }
    const text = readText(bytes, start, end);
    this.#texts[slot] = text;
    this.#lengths[slot] = length;
    // One by one: copying so few by a call takes longer.
    for (let at = 0; at < length; at += 1) this.#sources.bytes[source + at] = bytes[start + 1 + at] as number;
    return text;
  }
}

function hashOf({ bytes, words }: ByteView, start: number, end: number): number {
  let hash = end - start;
  let at = start;
  for (; at + 4 <= end; at += 4) {
    hash = Math.imul(hash ^ words.getInt32(at, true), spread);
    hash ^= hash >>> 15;
  }
  for (; at < end; at += 1) hash = Math.imul(hash ^ (bytes[at] as number), spread);
  return hash ^ (hash >>> 13);
}
