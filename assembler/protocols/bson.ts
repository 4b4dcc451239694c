import { byteAt, littleEndian } from "./wire-numbers";

export interface Element {
  readonly key: string;
  readonly type: number;
  /** Where its value begins. */
  readonly at: number;
}

export const bsonTypes = { double: 0x01, text: 0x02, document: 0x03, array: 0x04, int: 0x10 } as const;
const sizes: Readonly<Record<number, number>> = {
  1: 8, // double
  6: 0, // undefined
  7: 12, // object id
  8: 1, // boolean
  9: 8, // date
  10: 0, // null
  16: 4, // int
  17: 8, // timestamp
  18: 8, // long
  19: 16, // decimal
  127: 0,
};
const binary = 0x05;
const longestKey = 128;
const mostElements = 64;

/**
 * The elements of a BSON document, the first byte of whose length is at `start`; up to the first that cannot be stepped
 * over, as its length was lost or the message is cut there.
 */
export function* bsonElements(text: string, start: number): Generator<Element> {
  let at = start + 4;
  for (let count = 0; count < mostElements; count += 1) {
    const type = byteAt(text, at);
    const keyEnd = text.indexOf("\0", at + 1);
    if (type < 1 || keyEnd === -1 || keyEnd - at > longestKey) return;
    const element = { key: text.slice(at + 1, keyEnd), type, at: keyEnd + 1 };
    yield element;
    at = endOf(text, element);
    if (at === -1 || at > text.length) return;
  }
}

/** A text without the NUL that ends it; "" when it is cut or not of the length it says. */
export function bsonText(text: string, at: number): string {
  const length = littleEndian(text, at, 4);
  return length > 1 && byteAt(text, at + 3 + length) === 0 ? text.slice(at + 4, at + 3 + length) : "";
}

function endOf(text: string, { type, at }: Element): number {
  const size = sizes[type];
  if (size !== undefined) return at + size;
  const length = littleEndian(text, at, 4);
  if (type === bsonTypes.text) {
    // Where the length was lost the NUL still tells.
    const end = length === -1 ? text.indexOf("\0", at + 4) : at + 3 + length;
    return end === -1 ? -1 : end + 1;
  }
  if (length === -1) return -1;
  if (type === bsonTypes.document || type === bsonTypes.array) return at + Math.max(length, 5);
  return type === binary ? at + 5 + length : -1;
}
