/**
 * AssemblyScript, compiled into `layout-scan.wasm.ts` (`npm run wasm`): finds the values of documents that are laid out as
 * one that came before, sixteen bytes at a time. It decides nothing: whatever it cannot read simply is left to the host,
 * by the byte extents that it gives of every value.
 *
 * Everything lies in one memory of fixed size, so that the host's views of it stay valid:
 * - layouts: what lies between the values, and of each value its kind and its cell;
 * - rows: a document each, of cells of 16 bytes: start and end of the value (i32), and what it says (i64: an integer, or
 *   the slot of a text; -1 = not read). All zero = absent;
 * - the chunk: the bytes that are looked at;
 * - known texts by the bytes they were read from, in two tables: ids, and texts of which few different ones exist.
 */

/** Kinds of values; any = skipped. */
export const any: i32 = 0;
/** No object is allowed: its members might be fields. */
export const notAnObject: i32 = 1;
export const id: i32 = 2;
export const text: i32 = 3;
export const integer: i32 = 4;
export const long: i32 = 5;
/** `[5]`, as hits say what they are sorted by. */
export const integerInList: i32 = 6;
/** Not values, but places: where something of several values begins and ends. */
export const begin: i32 = 7;
export const end: i32 = 8;
/** A cell that the layout has no value for. */
export const absent: i32 = 9;

const quote: u8 = 0x22;
const backslash: u8 = 0x5c;
const comma: u8 = 0x2c;
const openBrace: u8 = 0x7b;
const closeBrace: u8 = 0x7d;
const openBracket: u8 = 0x5b;
const closeBracket: u8 = 0x5d;

const vector: i32 = 16;
export const layouts: i32 = 16;
/** Bytes between the values of one layout. */
export const longestTemplate: i32 = 8192;
export const mostValues: i32 = 256;
/** i32 each: length of what lies before the value, kind, cell, nothing. */
export const valueBytes: i32 = 16;
/** Length of what follows on the last value, and number of values; 0 values = nothing learnt. */
export const layoutHead: i32 = 16;
export const layoutBytes: i32 = layoutHead + mostValues * valueBytes + longestTemplate + vector;
/** What a call leaves beside its result, i32 each: where it stopped, and how many texts became known. */
export const resultsAt: i32 = 1024;
export const layoutsAt: i32 = resultsAt + vector;

export const cells: i32 = 32;
const cellBytes: i32 = 16;
export const mostRows: i32 = 256;
export const rowsAt: i32 = layoutsAt + layouts * layoutBytes;

export const chunkBytes: i32 = 128 * 1024;
export const chunkAt: i32 = rowsAt + mostRows * cells * cellBytes;

/** Texts that became known in the latest scan, i32 each: slot, start, end. */
export const insertionsAt: i32 = chunkAt + chunkBytes + vector;
const mostInsertions: i32 = 4096;
const insertionBytes: i32 = 12;

/** Those of 16 and 32 digits, and UUIDs. The same one comes again soon: of the trace, of the parent, as `_id`. */
export const idSlots: i32 = 1 << 17;
const longestId: i32 = 40;
/** The text, then the scan that met it last, then its length: one line of the cache. */
const idStride: i32 = 64;
const idsAt: i32 = (insertionsAt + mostInsertions * insertionBytes + 63) & ~63;

export const textSlots: i32 = 1 << 13;
const longestText: i32 = 96;
const textStride: i32 = 112;
const textsAt: i32 = idsAt + idSlots * idStride;

export const memoryBytes: i32 = textsAt + textSlots * textStride + vector;

/** How many texts became known in the latest call. */
let insertions: i32 = 0;
let scans: u32 = 0;
/** What is added to a place in the chunk to have the host's. */
let shift: i32 = 0;
let latestLayout: i32 = 0;

/**
 * Reads documents, parted by commas, from the host's place `from` on, until one is laid out like none of the `count`
 * layouts from `first` on, or there are `most`. The chunk holds the host's [origin, until). Returns how many rows there are.
 */
export function scan(first: i32, count: i32, from: i32, origin: i32, until: i32, most: i32): i32 {
  scans += 1;
  insertions = 0;
  shift = origin - chunkAt;
  const last: usize = until - shift;
  let at: usize = from - shift;
  let stoppedAt = at;
  let rows = 0;
  while (rows < most) {
    const row: usize = rowsAt + rows * cells * cellBytes;
    let after: usize = 0;
    for (let tried = 0; tried < count && after === 0; tried += 1) {
      if (latestLayout < first || latestLayout >= first + count) latestLayout = first;
      after = readDocument(layoutsAt + latestLayout * layoutBytes, row, at, last);
      if (after === 0) latestLayout += 1;
    }
    if (after === 0) break;
    rows += 1;
    stoppedAt = after;
    at = after + 1;
    if (at >= last || load<u8>(after) !== comma || load<u8>(at) !== openBrace) break;
  }
  store<i32>(resultsAt, <i32>stoppedAt + shift);
  store<i32>(resultsAt, insertions, 4);
  return rows;
}

/** Slot of a text in the chunk, ASCII without escapes, between the bytes at the host's `start` and `after` - 1; -1 = none. */
export function know(start: i32, after: i32): i32 {
  insertions = 0;
  const slot = slotOf(start - shift, after - shift, text);
  store<i32>(resultsAt, insertions, 4);
  return slot;
}

/** Index after the document; 0 if it is laid out otherwise. */
function readDocument(layout: usize, row: usize, from: usize, last: usize): usize {
  const values = load<i32>(layout, 4);
  if (values === 0) return 0;
  let template = layout + layoutHead + mostValues * valueBytes;
  let at = from;
  let value = layout + layoutHead;
  for (const valuesEnd = value + values * valueBytes; value < valuesEnd; value += valueBytes) {
    const length = load<i32>(value);
    if (at + length > last || !isSame(template, at, length)) return 0;
    template += length;
    at = readValue(load<i32>(value, 4), row + load<i32>(value, 8) * cellBytes, at + length, last);
    if (at === 0) return 0;
  }
  const length = load<i32>(layout);
  return at + length <= last && isSame(template, at, length) ? at + length : 0;
}

/** Index after the value; 0 if it has no end or is none that is allowed here. */
function readValue(kind: i32, cell: usize, at: usize, last: usize): usize {
  const byte = load<u8>(at);
  let after: usize = 0;
  let said: i64 = -1;
  switch (kind) {
    case id:
    case text:
      if (byte === quote) {
        after = textEnd(at, last);
        if (after !== 0 && isPlain) said = <i64>slotOf(at, after, kind);
      } else after = plainEnd(at, last);
      break;
    case integer:
    case long:
      after = digitsEnd(at, last);
      if (!isAfterValue(after, last)) after = plainEnd(at, last);
      else if (kind === integer) {
        if (after - at <= 15) said = digits;
      } else if (after - at <= 18 || (after - at === 19 && load<u8>(at) < 0x39)) said = digits;
      break;
    case integerInList:
      after = digitsEnd(at + 1, last);
      if (
        byte === openBracket &&
        after - at >= 2 &&
        after - at <= 16 &&
        after < last &&
        load<u8>(after) === closeBracket
      ) {
        said = digits;
        after += 1;
      } else after = plainEnd(at, last);
      break;
    case begin:
      store<i32>(cell, <i32>at + shift);
      store<i64>(cell, 0, 8);
      return at;
    case end:
      store<i32>(cell, <i32>at + shift, 4);
      return at;
    case absent:
      v128.store(cell, i64x2.splat(0));
      return at;
    default:
      if (kind === notAnObject && byte === openBrace) return 0;
      after = byte === quote ? stringEnd(at, last) : plainEnd(at, last);
  }
  if (after <= at) return 0;
  store<i32>(cell, <i32>at + shift);
  store<i32>(cell, <i32>after + shift, 4);
  store<i64>(cell, said, 8);
  return after;
}

function isAfterValue(at: usize, last: usize): bool {
  if (at >= last) return false;
  const byte = load<u8>(at);
  return byte === comma || byte === closeBrace;
}

let digits: i64 = 0;

/** Index after the digits; what they come to is in `digits`. */
function digitsEnd(at: usize, last: usize): usize {
  let value: i64 = 0;
  let next = at;
  for (; next < last; next += 1) {
    const digit = <u32>load<u8>(next) - 0x30;
    if (digit > 9) break;
    value = value * 10 + digit;
  }
  digits = value;
  return next;
}

/** Of any value, as `skipValue` has it; 0 if it has no end. */
function plainEnd(at: usize, last: usize): usize {
  let depth = 0;
  let next = at;
  while (next < last) {
    const byte = load<u8>(next);
    if (byte === quote) {
      next = stringEnd(next, last);
      if (next === 0 || depth === 0) return next;
    } else if (byte === openBrace || byte === openBracket) {
      depth += 1;
      next += 1;
    } else if (byte === closeBrace || byte === closeBracket) {
      if (depth === 0) return next;
      depth -= 1;
      next += 1;
      if (depth === 0) return next;
    } else if (depth === 0 && (byte === comma || byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09))
      return next;
    else next += 1;
  }
  return 0;
}

/** Index after the closing quote; 0 if there is none. */
function stringEnd(at: usize, last: usize): usize {
  let next = at + 1;
  while (next < last) {
    const bytes = v128.load(next);
    const found = i8x16.bitmask(v128.or(i8x16.eq(bytes, i8x16.splat(quote)), i8x16.eq(bytes, i8x16.splat(backslash))));
    if (found === 0) {
      next += vector;
      continue;
    }
    next += ctz(found);
    if (next >= last) return 0;
    if (load<u8>(next) === quote) return next + 1;
    next += 2;
  }
  return 0;
}

/** Whether the text that was looked at last is ASCII without escapes and control characters. */
let isPlain: bool = false;

/** As `stringEnd`; sets `isPlain`. */
function textEnd(at: usize, last: usize): usize {
  isPlain = false;
  let next = at + 1;
  while (next < last) {
    const bytes = v128.load(next);
    const closing = i8x16.bitmask(i8x16.eq(bytes, i8x16.splat(quote)));
    // Bytes from 0x80 on are negative.
    const odd = i8x16.bitmask(v128.or(i8x16.lt_s(bytes, i8x16.splat(0x20)), i8x16.eq(bytes, i8x16.splat(backslash))));
    if (closing === 0) {
      if (odd !== 0) return stringEnd(at, last);
      next += vector;
      continue;
    }
    const place = ctz(closing);
    if ((odd & ((1 << place) - 1)) !== 0) return stringEnd(at, last);
    next += place;
    if (next >= last) return 0;
    isPlain = true;
    return next + 1;
  }
  return 0;
}

/** Slot of the plain text with its quotes at [start, after): 0 of the empty one; -1 if it is too long or has no place. */
function slotOf(start: usize, after: usize, kind: i32): i32 {
  const length = <i32>(after - start) - 2;
  if (length === 0) return 0;
  const isId = kind === id;
  if (length > (isId ? longestId : longestText)) return -1;
  const hash = <i32>hashOf(start + 1, length);
  const slot = isId ? 1 + (hash & (idSlots - 1)) : 1 + idSlots + (hash & (textSlots - 1));
  const stride = isId ? idStride : textStride;
  const entry = isId ? idsAt + (slot - 1) * idStride : textsAt + (slot - 1 - idSlots) * textStride;
  if (load<u32>(entry + stride - 4) === length && isSame(entry, start + 1, length)) {
    store<u32>(entry + stride - 8, scans);
    return slot;
  }
  // What this scan has met stays: its rows name the slot. The host has to know the text as well.
  if (load<u32>(entry + stride - 8) === scans || insertions === mostInsertions) return -1;
  for (let place = 0; place < length; place += vector) v128.store(entry + place, v128.load(start + 1 + place));
  store<u32>(entry + stride - 8, scans);
  store<u32>(entry + stride - 4, length);
  const insertion = insertionsAt + insertions * insertionBytes;
  store<i32>(insertion, slot);
  store<i32>(insertion, <i32>start + shift, 4);
  store<i32>(insertion, <i32>after + shift, 8);
  insertions += 1;
  return slot;
}

/** Multiplying by the golden ratio's bits carries each bit into many above it, and shifting brings them down again. */
function hashOf(start: usize, length: i32): u64 {
  const spread = ((<u64>0x9e3779b9) << 32) | 0x7f4a7c15;
  let hash: u64 = length;
  let at = start;
  let rest = length;
  for (; rest > 8; rest -= 8) {
    hash = (hash ^ load<u64>(at)) * spread;
    hash ^= hash >> 29;
    at += 8;
  }
  const kept = <u64>-1 >> ((8 - rest) * 8);
  hash ^= load<u64>(at) & kept;
  hash = (hash ^ (hash >> 32)) * spread;
  return hash >> 40;
}

/** Compares sixteen bytes at once; what lies beyond the length does not count. */
function isSame(left: usize, right: usize, length: i32): bool {
  let place: usize = 0;
  let rest = length;
  for (; rest > vector; rest -= vector) {
    if (!i8x16.all_true(i8x16.eq(v128.load(left + place), v128.load(right + place)))) return false;
    place += vector;
  }
  const differing = ~i8x16.bitmask(i8x16.eq(v128.load(left + place), v128.load(right + place)));
  return (differing & ((1 << rest) - 1)) === 0;
}
