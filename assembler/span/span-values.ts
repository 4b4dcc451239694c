import type { ScannedRow } from "../json/scanned-row";
import { readDigits, readLong, readText } from "../json/text-values";
import type { Extent } from "../protocols/told-by-messages";
import { dottedAddress, largestAddress } from "./numeric-address";
import { type Direction, isDirection } from "./span";
import { type Field, fieldNames, fields } from "./span-fields";

/** Largest value of Elasticsearch's `long`, in which times are stored. */
const largestLong = 9223372036854775807n;
/** Elasticsearch refuses longer `_id`s, and a trace's `_id` is its trace id. */
const longestId = 512;
const allowedId = `a string of at most ${longestId} bytes`;
const allowedTime = `nanoseconds from 0 to ${largestLong}`;
const allowedAddress = `a string, or an IPv4 address as a number from 0 to ${largestAddress}`;
const quote = 0x22;

/** A field is not what it may be. */
export class Unusable extends Error {
  constructor(
    readonly field: Field,
    readonly reason: string,
  ) {
    super(reason);
  }
}

/** "" when absent. Throws Unusable when it is no string. */
export function textOf(row: ScannedRow, field: Field): string {
  return row.text(field) ?? readUnknown(row, field, "a string");
}

/** "" when absent. Throws Unusable when it is no string, or too long a one. */
export function idOf(row: ScannedRow, field: Field): string {
  const known = row.text(field);
  if (known !== undefined) return known;
  return checkedId(readUnknown(row, field, allowedId), row, field);
}

/** Elasticsearch makes an `_id` once, and a document keeps it. Agents write to an index each; no index name holds a `:`. */
export function idOfDocument(row: ScannedRow, agent: string, documentId: string): string {
  return checkedId(`${agent}:${documentId}`, row, fields.spanId);
}

function checkedId(id: string, row: ScannedRow, field: Field): string {
  if (id.length * 3 > longestId && Buffer.byteLength(id) > longestId) throw unusable(row, field, allowedId);
  return id;
}

/** Of an address: a text, or an IPv4 address as one number; "" also for address 0, which is nobody's. */
export function addressOf(row: ScannedRow, field: Field): string {
  const known = row.text(field);
  if (known !== undefined) return known;
  if (!isNumber(row, field)) return readUnknown(row, field, allowedAddress);
  const value = readDigits(row.bytes, row.start(field), row.end(field));
  if (value === -1 || value > largestAddress) throw unusable(row, field, allowedAddress);
  return value === 0 ? "" : dottedAddress(value);
}

/** Whether it is there and no string. */
export function isNumber(row: ScannedRow, field: Field): boolean {
  return row.text(field) === undefined && !isAbsent(row, field) && row.bytes[row.start(field)] !== quote;
}

export function directionOf(row: ScannedRow): Direction {
  const value = textOf(row, fields.direction);
  if (isDirection(value)) return value;
  throw unusable(row, fields.direction, "Ingress or Egress; Server, Client or Internal of an instrumented program");
}

/** 0 when absent. Throws Unusable when it is no integer from 0 to `largest`. */
export function integerOf(row: ScannedRow, field: Field, largest: number): number {
  let value = row.integer(field);
  if (value === -1) value = isAbsent(row, field) ? 0 : readDigits(row.bytes, row.start(field), row.end(field));
  if (value === -1 || value > largest) throw unusable(row, field, `an integer from 0 to ${largest}`);
  return value;
}

/** Nanoseconds, exact: a JSON integer, or the same digits in a string. */
export function timeOf(row: ScannedRow, field: Field): bigint {
  let value = row.long(field);
  if (value < 0n || row.end(field) === 0) {
    if (isAbsent(row, field)) throw unusable(row, field, allowedTime);
    const quotes = row.bytes[row.start(field)] === quote ? 1 : 0;
    value = readLong(row.bytes, row.start(field) + quotes, row.end(field) - quotes);
  }
  if (value < 0n || value > largestLong) throw unusable(row, field, allowedTime);
  return value;
}

/** Of a string; any other value holds no message. */
export function messageOf(row: ScannedRow, field: Field): Extent {
  const start = row.start(field);
  return { start, end: row.bytes[start] === quote ? row.end(field) : 0 };
}

function readUnknown(row: ScannedRow, field: Field, allowed: string): string {
  if (isAbsent(row, field)) return "";
  if (row.bytes[row.start(field)] !== quote) throw unusable(row, field, allowed);
  return readText(row.bytes, row.start(field), row.end(field));
}

function isAbsent(row: ScannedRow, field: Field): boolean {
  // `null`: no other JSON value begins with n.
  return row.end(field) === 0 || row.bytes[row.start(field)] === 0x6e;
}

function unusable(row: ScannedRow, field: Field, allowed: string): Unusable {
  const name = fieldNames[field];
  if (isAbsent(row, field)) return new Unusable(field, `${name}: missing; needed: ${allowed}`);
  const start = row.start(field);
  const end = Math.min(row.end(field), start + 80);
  return new Unusable(field, `${name}: got ${row.bytes.toString("utf8", start, end)}; allowed: ${allowed}`);
}
