import type { ByteWriter } from "../json/byte-writer";
import { RawText } from "../json/raw-text";
import { MalformedJson, skipSpace, skipString, skipValue, valueAfterKey } from "../json/scan";
import { type AmendedBecause, isSettled, type TraceChange, type TraceHistory } from "./trace-history";

const quote = 0x22;
const comma = 0x2c;
const openBrace = 0x7b;

const historyKeys: ReadonlySet<string> = new Set([
  "revision",
  "settled",
  "closed_by",
  "closed_at",
  "age_ms",
  "changes",
]);

interface StoredChange {
  readonly revision: number;
  readonly at: number;
  readonly why: AmendedBecause;
  readonly added: number;
  readonly replaced: number;
  readonly removed: number;
  readonly span_ids: readonly string[];
  readonly from_traces: readonly string[];
}

/** Of a document from before there were histories, or whose history somebody else wrote. */
const unknown: TraceHistory = { revision: 1, closedBy: "quiet", closedAt: 0, ageMs: 0, changes: [] };

/** Writes the members of a document that tell its history, each with a comma after it: they stand before all others. */
export function writeHistory(writer: ByteWriter, history: TraceHistory): void {
  const { revision, closedBy, closedAt, ageMs, changes } = history;
  writer
    .text('"revision":')
    .integer(revision)
    .text(isSettled(history) ? ',"settled":true' : ',"settled":false');
  writer.text(',"closed_by":').quoted(closedBy).text(',"closed_at":').integer(closedAt);
  writer.text(',"age_ms":').integer(ageMs).text(',"changes":');
  writer.text(changes.length === 0 ? "[]" : JSON.stringify(changes.map(storedChange))).text(",");
}

function storedChange({ spanIds, fromTraces, ...change }: TraceChange): StoredChange {
  const { revision, at, why, added, replaced, removed } = change;
  return { revision, at, why, added, replaced, removed, span_ids: spanIds, from_traces: fromTraces };
}

/** Reads a document's history. Throws MalformedJson when the document is no object. */
export function readHistory(document: RawText): TraceHistory {
  const { bytes, start } = document;
  const text = bytes.toString("utf8", start, contentStart(document)).trimEnd().replace(/,$/, "");
  try {
    const { revision, closed_by, closed_at, age_ms, changes } = JSON.parse(`${text}}`);
    if (!Number.isSafeInteger(revision)) return unknown;
    const closing = { closedBy: closed_by, closedAt: Number(closed_at), ageMs: Number(age_ms) };
    return { ...closing, revision, changes: changes.map(readChange) };
  } catch {
    return unknown;
  }
}

function readChange({ span_ids, from_traces, ...change }: StoredChange): TraceChange {
  return { ...change, spanIds: span_ids, fromTraces: from_traces };
}

/**
 * What follows from a document's spans: all of it but its history, from the first key after that to the closing brace.
 * Two documents whose contents are equal need not be written one over the other.
 */
export function contentOf(document: RawText): RawText {
  return new RawText(document.body, contentStart(document), document.end, document.isOneLine);
}

function contentStart({ bytes, start, end }: RawText): number {
  let at = skipSpace(bytes, start, end);
  if (bytes[at] !== openBrace) throw new MalformedJson("object expected", at);
  at = skipSpace(bytes, at + 1, end);
  while (bytes[at] === quote) {
    const keyEnd = skipString(bytes, at, end);
    if (!historyKeys.has(bytes.toString("utf8", at + 1, keyEnd - 1))) return at;
    at = skipSpace(bytes, skipValue(bytes, valueAfterKey(bytes, keyEnd, end), end), end);
    if (bytes[at] === comma) at = skipSpace(bytes, at + 1, end);
  }
  return at;
}
