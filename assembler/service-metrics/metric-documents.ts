import { createHash } from "node:crypto";
import type { Minute } from "../trace/minute";
import type { DurationSummary } from "./durations";
import type { CallLine, MinuteLines, ServiceLine } from "./minute-tally";

/** Which of the two indices a document lies in. */
export type MetricKind = "service" | "call";

/** A document of one minute: `text` is JSON on one line, nanoseconds to the last digit. */
export interface MetricDocument {
  readonly kind: MetricKind;
  readonly id: string;
  readonly text: string;
}

/** The documents of one minute, by id: which ids and texts follow from the lines alone. */
export function metricDocuments(minute: Minute, lines: MinuteLines): Map<string, MetricDocument> {
  const documents = new Map<string, MetricDocument>();
  for (const line of lines.services) put(documents, serviceDocument(minute, line));
  for (const line of lines.calls) put(documents, callDocument(minute, line));
  return documents;
}

function put(documents: Map<string, MetricDocument>, document: MetricDocument): void {
  documents.set(document.id, document);
}

function serviceDocument(minute: Minute, { service, endpoint, line }: ServiceLine): MetricDocument {
  const text =
    `{"minute":${minute},"service":${JSON.stringify(service)},"endpoint":${JSON.stringify(endpoint)}` +
    `,${summaryText(line.durations.summary())}}`;
  return { kind: "service", id: idOf("service", minute, service, endpoint), text };
}

function callDocument(minute: Minute, { caller, callee, protocol, endpoint, line }: CallLine): MetricDocument {
  const seen = line.count - line.unseen;
  const network = seen === 0 ? "" : `,"avg_network_time":${line.networkTime / BigInt(seen)}`;
  const text =
    `{"minute":${minute},"caller":${JSON.stringify(caller)},"callee":${JSON.stringify(callee)}` +
    `,"protocol":${JSON.stringify(protocol)},"endpoint":${JSON.stringify(endpoint)}` +
    `,"unseen":${line.unseen}${network},${summaryText(line.durations.summary())}}`;
  return { kind: "call", id: idOf("call", minute, caller, callee, protocol, endpoint), text };
}

function summaryText(summary: DurationSummary): string {
  const { count, errors, average, p50, p95, p99, longest, histogram } = summary;
  const buckets = [...histogram].map((bucket) => `[${bucket.join(",")}]`);
  return (
    `"count":${count},"errors":${errors},"throughput":${count / 60}` +
    `,"avg_duration":${average},"p50_duration":${p50},"p95_duration":${p95},"p99_duration":${p99}` +
    `,"max_duration":${longest},"histogram":[${buckets.join(",")}]`
  );
}

/** The same line always has the same document, so that what is counted again replaces what was counted before. */
function idOf(...parts: (string | number)[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 32);
}
