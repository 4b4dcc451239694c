import type { Notice } from "../assembly";
import { ElasticError } from "../elastic/elastic-error";
import type { RawText } from "../json/raw-text";
import { MalformedJson } from "../json/scan";
import type { Minute } from "../trace/minute";
import type { TraceSpan } from "../trace/trace";
import { readTraceSpans } from "../trace/trace-document";
import { contributionsTo } from "./contributions";
import { type MetricDocument, metricDocuments } from "./metric-documents";
import type { MetricsStore, MetricWrite, StoredMetric } from "./metrics-store";
import type { MetricsTally } from "./metrics-tally";
import { MinuteTally } from "./minute-tally";

export interface MinuteCounter {
  readonly store: MetricsStore;
  /** Endpoints and callees of a service that have lines of their own. */
  readonly mostNames: number;
  readonly tally: MetricsTally;
  readonly notice: Notice;
  /** Throws when this assembler may not write (any more). */
  readonly fence: () => void;
}

/**
 * Counts one minute from all its traces and makes the stored metrics just that: what differs is written, what no longer
 * is anything is deleted. A minute whose traces retention deletes stays as it is. Returns whether it is so now; if not, somebody else wrote metrics of the minute meanwhile.
 * After each page of traces it waits for `rest`, and `signal` aborts it. Throws what the store throws, and the signal's
 * reason.
 */
export async function countMinute(
  counter: MinuteCounter,
  minute: Minute,
  signal: AbortSignal,
  rest: () => Promise<void>,
): Promise<boolean> {
  const { store, tally, notice, mostNames } = counter;
  if (minute < (await store.frozenBefore())) return true;
  // Before the traces: who counts them later than we do has written over these.
  const stored = await store.metricsOf(minute);
  const counted = new MinuteTally();
  for await (const page of store.tracesOf(minute)) {
    signal.throwIfAborted();
    for (const document of page) {
      const spans = spansOf(document, tally);
      if (spans !== undefined) counted.add(contributionsTo(minute, spans));
    }
    await rest();
  }
  const lines = counted.lines(mostNames);
  if (lines.foldedNames > 0) {
    tally.namesFolded += lines.foldedNames;
    notice("a service has more endpoints or callees in a minute than service_metrics.most_names; the rest is `other`", {
      minute: new Date(minute).toISOString(),
      folded: lines.foldedNames,
      most_names: mostNames,
    });
  }
  tally.minutesCounted += 1;
  return await replaceMetrics(counter, stored, metricDocuments(minute, lines));
}

async function replaceMetrics(
  { store, tally, notice, fence }: MinuteCounter,
  stored: readonly StoredMetric[],
  wanted: ReadonlyMap<string, MetricDocument>,
): Promise<boolean> {
  const writes = differences(stored, wanted);
  if (writes.length === 0) return true;
  fence();
  let isDone = true;
  for (const [place, outcome] of (await store.write(writes)).entries()) {
    if (outcome.kind === "busy") throw new ElasticError("busy", `metrics were not written: ${outcome.reason}`);
    if (outcome.kind === "conflict") isDone = false;
    else if (outcome.kind === "refused") {
      tally.documentsRefused += 1;
      notice("Elasticsearch refused metrics of a minute; they are left out", { reason: outcome.reason });
    } else if (writes[place]?.text === undefined) tally.documentsDeleted += 1;
    else tally.documentsWritten += 1;
  }
  return isDone;
}

/** What has to be written so that `stored` becomes `wanted`. */
export function differences(
  stored: readonly StoredMetric[],
  wanted: ReadonlyMap<string, MetricDocument>,
): MetricWrite[] {
  const writes: MetricWrite[] = [];
  const present = new Set<string>();
  for (const { kind, id, version, source } of stored) {
    present.add(id);
    const text = wanted.get(id)?.text;
    if (text === undefined || text !== source.toString()) writes.push({ kind, id, text, expected: version });
  }
  for (const { kind, id, text } of wanted.values()) {
    if (!present.has(id)) writes.push({ kind, id, text, expected: undefined });
  }
  return writes;
}

/** A document that was changed by hand into no trace must not stop the others. */
function spansOf(document: RawText, tally: MetricsTally): TraceSpan[] | undefined {
  try {
    tally.tracesRead += 1;
    return readTraceSpans(document);
  } catch (error) {
    if (!(error instanceof MalformedJson)) throw error;
    tally.tracesUnreadable += 1;
    return undefined;
  }
}
