const quote = 0x22;
const backslash = 0x5c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const comma = 0x2c;
const colon = 0x3a;
const newline = 0x0a;

/** The bytes are not the JSON they should be; `at` is the offset where reading stopped. */
export class MalformedJson extends Error {
  constructor(what: string, at: number) {
    super(`not JSON at byte ${at}: ${what}`);
  }
}

/** Index of the first byte at or after `at` that is not white space. */
export function skipSpace(bytes: Uint8Array, at: number, end: number): number {
  let next = at;
  while (next < end) {
    const byte = bytes[next];
    if (byte !== 0x20 && byte !== newline && byte !== 0x0d && byte !== 0x09) break;
    next += 1;
  }
  return next;
}

/** Strings that go on beyond it are searched by `indexOf`: calling that costs as much as looking at so many bytes. */
const longString = 96;

/** Index after the closing quote of the string whose opening quote is at `at`. */
export function skipString(bytes: Uint8Array, at: number, end: number): number {
  const near = Math.min(end, at + longString);
  let next = at + 1;
  while (next < near) {
    const byte = bytes[next];
    if (byte === quote) return next + 1;
    next += byte === backslash ? 2 : 1;
  }
  while (next < end) {
    const found = bytes.indexOf(quote, next);
    if (found === -1 || found >= end) break;
    let escapes = 0;
    while (found - escapes > next && bytes[found - escapes - 1] === backslash) escapes += 1;
    next = found + 1;
    if (escapes % 2 === 0) return next;
    // Where one quote is escaped more are: text that holds JSON. Those are looked for byte by byte.
    const nearby = Math.min(end, next + longString);
    while (next < nearby) {
      const byte = bytes[next];
      if (byte === quote) return next + 1;
      next += byte === backslash ? 2 : 1;
    }
  }
  throw new MalformedJson("string without end", at);
}

/** Index after the value that begins at `at`. It keeps a depth instead of recursing, so deep documents cost no stack. */
export function skipValue(bytes: Uint8Array, at: number, end: number): number {
  let depth = 0;
  let next = at;
  while (next < end) {
    const byte = bytes[next];
    if (byte === quote) {
      next = skipString(bytes, next, end);
      if (depth === 0) return next;
    } else if (byte === openBrace || byte === openBracket) {
      depth += 1;
      next += 1;
    } else if (byte === closeBrace || byte === closeBracket) {
      if (depth === 0) return next;
      depth -= 1;
      next += 1;
      if (depth === 0) return next;
    } else if (depth === 0 && (byte === comma || byte === 0x20 || byte === newline || byte === 0x0d || byte === 0x09)) {
      return next;
    } else {
      next += 1;
    }
  }
  if (depth === 0) return next;
  throw new MalformedJson("object or array without end", at);
}

/** Steps over `:` and white space between a key and its value. */
export function valueAfterKey(bytes: Uint8Array, at: number, end: number): number {
  const next = skipSpace(bytes, at, end);
  if (bytes[next] !== colon) throw new MalformedJson("key without value", next);
  return skipSpace(bytes, next + 1, end);
}

/** Index of the next key's or element's first byte, or -1 when the object or array closes at or after `at`. */
export function nextItem(bytes: Uint8Array, at: number, end: number): number {
  let next = skipSpace(bytes, at, end);
  if (bytes[next] === comma) next = skipSpace(bytes, next + 1, end);
  if (next >= end) throw new MalformedJson("object or array without end", at);
  const byte = bytes[next];
  return byte === closeBrace || byte === closeBracket ? -1 : next;
}

/** First item inside the object or array that opens at `at`; -1 when it is empty. Throws when it is another value. */
export function firstItem(bytes: Uint8Array, at: number, end: number): number {
  const byte = bytes[at];
  if (byte !== openBrace && byte !== openBracket) throw new MalformedJson("object or array expected", at);
  return nextItem(bytes, at + 1, end);
}

/** Calls `visit` with each key and the extent of its value. For documents read seldom; hot ones use KnownKeys. */
export function eachMember(
  bytes: Buffer,
  at: number,
  end: number,
  visit: (key: string, valueStart: number, valueEnd: number) => void,
): void {
  let item = firstItem(bytes, at, end);
  while (item !== -1) {
    const keyEnd = skipString(bytes, item, end);
    const valueStart = valueAfterKey(bytes, keyEnd, end);
    const valueEnd = skipValue(bytes, valueStart, end);
    visit(bytes.toString("utf8", item + 1, keyEnd - 1), valueStart, valueEnd);
    item = nextItem(bytes, valueEnd, end);
  }
}

/** Calls `visit` with the extent of each element of the array at `at`. */
export function eachElement(
  bytes: Buffer,
  at: number,
  end: number,
  visit: (valueStart: number, valueEnd: number) => void,
): void {
  let item = firstItem(bytes, at, end);
  while (item !== -1) {
    const valueEnd = skipValue(bytes, item, end);
    visit(item, valueEnd);
    item = nextItem(bytes, valueEnd, end);
  }
}
