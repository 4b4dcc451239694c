import type { SpanCount } from "./span-count";

/** The counts in words, one per line; what must be 0 is named where it is not. */
export function renderSpanCount(count: SpanCount): string {
  const lines = [
    `${count.documents} span documents, ${count.spans} different spans`,
    `${count.spans_in_traces} in ${count.traces} traces`,
    `${count.rejected} rejected, with a reason each in spans_rejected`,
    `${count.pending} pending: not yet done with`,
    `${count.lost} lost`,
    ...count.lost_first.map((name) => `  ${name}`),
    `${count.duplicated} in more than one trace`,
    ...count.duplicated_first.map((name) => `  ${name}`),
  ];
  if (count.without_source > 0)
    lines.push(`${count.without_source} in traces whose documents are gone from the source`);
  return lines.join("\n");
}
