import type { Span } from "../span/span";
import { readHistory } from "../trace/history-text";
import type { Trace } from "../trace/trace";
import { readTraceSpans } from "../trace/trace-document";
import type { Amendment, TraceHistory } from "../trace/trace-history";
import type { Group, StoredDocument } from "./member";

/** The stored documents that a group's trace takes the place of: `own` under its id, and all that hold spans of it. */
export function documentsBefore(group: Group, own: StoredDocument | undefined): ReadonlySet<StoredDocument> {
  let documents: Set<StoredDocument> | undefined;
  if (own !== undefined) documents = new Set([own]);
  for (const { document } of group.members) {
    if (document === undefined) continue;
    documents ??= new Set();
    documents.add(document);
  }
  return documents ?? none;
}

const none: ReadonlySet<StoredDocument> = new Set();

export function historyOf({ text, written }: StoredDocument): TraceHistory | undefined {
  return written?.history ?? (text && readHistory(text));
}

/** What a trace changes about the documents stored before it. */
export function amendmentOf(
  trace: Trace,
  own: StoredDocument | undefined,
  documents: ReadonlySet<StoredDocument>,
): Amendment {
  const before = new Map<string, Span>();
  for (const document of documents) for (const span of spansOf(document)) before.set(span.spanId, span);
  const ownSpans = own === undefined ? [] : spansOf(own);
  for (const span of ownSpans) before.set(span.spanId, span);
  const spanIds: string[] = [];
  let added = 0;
  let replaced = 0;
  const now = new Set<string>();
  for (const { span } of trace.spans) {
    now.add(span.spanId);
    const known = before.get(span.spanId);
    if (known === undefined) added += 1;
    else if (isSame(known, span)) continue;
    else replaced += 1;
    spanIds.push(span.spanId);
  }
  const removed = ownSpans.filter(({ spanId }) => !now.has(spanId)).length;
  const fromTraces = [...documents].flatMap((document) => (document === own ? [] : document.id)).sort();
  return { added, replaced, removed, spanIds: spanIds.sort(), fromTraces };
}

function spansOf({ text, written }: StoredDocument): readonly Span[] {
  return written?.spans ?? (text === undefined ? [] : readTraceSpans(text).map(({ span }) => span));
}

function isSame(left: Span, right: Span): boolean {
  if (left === right) return true;
  const isSameSource = left.agent === right.agent && left.documentId === right.documentId;
  return isSameSource && left.raw.onOneLine().equals(right.raw.onOneLine());
}
