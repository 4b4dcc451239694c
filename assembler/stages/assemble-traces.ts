import type { Assembly } from "../assembly";
import { ByteWriter } from "../json/byte-writer";
import { RawText } from "../json/raw-text";
import { TextBody } from "../json/text-body";
import { assembleTrace } from "../trace/assemble-trace";
import { contentOf } from "../trace/history-text";
import type { Trace } from "../trace/trace";
import { writeTraceDocument } from "../trace/trace-document";
import {
  amendedHistory,
  type CloseReason,
  type Closing,
  firstHistory,
  isSettled,
  type TraceHistory,
} from "../trace/trace-history";
import type { AssembledGroup } from "../traces-under-way";
import type { Turn } from "../turn";
import { amendmentOf, documentsBefore, historyOf } from "../window/amendment-of";
import type { Group, StoredDocument } from "../window/member";
import { WrittenTrace } from "../window/written-trace";

/** Documents of one turn at a time. */
const writer = new ByteWriter();

/** A trace's history, and the place of its document in the writer; none where it is stored as it is. */
interface Amended {
  readonly history: TraceHistory;
  readonly extent: Extent | undefined;
}

interface Extent {
  readonly start: number;
  readonly end: number;
}

/** Makes the documents of an earlier turn's traces invalid. */
export function forgetDocuments(): void {
  writer.reset();
}

/** Orders and sums up each trace into its document, which is valid until `forgetDocuments`. */
export function assembleTraces(
  { window, wallClock }: Assembly,
  { now }: Turn,
  due: readonly (readonly [Group, CloseReason])[],
): AssembledGroup[] {
  const listens = (ip: string, port: number) => window.listeners.has(ip, port);
  const isCut = (traceId: string) => window.cuts.has(traceId);
  const closedAt = wallClock();
  const assembled: (Omit<AssembledGroup, "document"> & { readonly extent: Extent | undefined })[] = [];
  for (const [group, closedBy] of due) {
    const trace = assembleTrace(group.members, listens, isCut);
    const ageMs = window.groups.open.has(group) ? Math.round(now - group.waitsSince) : 0;
    const own = window.documents.get(trace.traceId);
    const { history, extent } = writeAmended(trace, group, own, { closedBy, closedAt, ageMs });
    // The trace itself goes at once: all of a turn's together would outlive two collections.
    const { traceId, minutes } = trace;
    const { changes } = group;
    const written = new WrittenTrace(trace, history);
    assembled.push({ group, members: [...group.members], changes, closedBy, traceId, minutes, written, extent });
  }
  // One buffer for all of them: a document is a part of it.
  const body = new TextBody(writer.written());
  return assembled.map(({ extent, ...rest }) => ({
    ...rest,
    document: extent === undefined ? undefined : new RawText(body, extent.start, extent.end, true),
  }));
}

/** Writes a trace's document, unless it is stored with the same content. */
function writeAmended(trace: Trace, group: Group, own: StoredDocument | undefined, closing: Closing): Amended {
  const before = documentsBefore(group, own);
  if (before.size === 0) return write(trace, firstHistory(closing));
  const stored = own && historyOf(own);
  if (own !== undefined && stored !== undefined && hasContent(own, trace)) {
    // It was written before it came to rest.
    if (!isSettled(stored) && isSettled(closing)) return write(trace, { ...stored, ...closing });
    return { history: stored, extent: undefined };
  }
  const histories = [...before].flatMap((document) => historyOf(document) ?? []);
  return write(trace, amendedHistory(histories, amendmentOf(trace, own, before), closing));
}

function write(trace: Trace, history: TraceHistory): Amended {
  const start = writer.length;
  writeTraceDocument(writer, trace, history);
  return { history, extent: { start, end: writer.length } };
}

/** Whether a stored document says of a trace what is to be said now. */
function hasContent({ text, written }: StoredDocument, trace: Trace): boolean {
  if (text === undefined) return written?.isSameAs(trace) ?? false;
  const scratch = new ByteWriter(text.length + 1024);
  writeTraceDocument(scratch, trace);
  return contentOf(text).equals(contentOf(RawText.of(scratch.written())));
}
