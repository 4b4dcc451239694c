import type { NamedSpan, NamedSplit, SpanCount } from "./span-count";

/** The counts in words, one per line; what must be 0 is named where it is not. */
export function renderSpanCount(count: SpanCount): string {
  const lines = [
    `${count.documents} span documents, ${count.spans} different spans`,
    `${count.spans_in_traces} in ${count.traces} traces`,
    `${count.rejected} rejected, with a reason each in spans_rejected`,
    `${count.pending} pending: not yet done with`,
    `${count.lost} lost`,
    ...named(count.lost, count.lost_first, spanLine),
    `${count.duplicated} in more than one trace`,
    ...named(count.duplicated, count.duplicated_first, spanLine),
    `${count.split} split: they belong together and are in different traces`,
    ...named(count.split, count.split_first, splitLine),
    `${count.outdated} in a trace as an older document than the source holds`,
    ...named(count.outdated, count.outdated_first, spanLine),
  ];
  if ((count.without_source ?? 0) > 0)
    lines.push(`${count.without_source} in traces whose documents are gone from the source`);
  return lines.join("\n");
}

function named<T>(count: number, first: readonly T[], line: (item: T) => string): string[] {
  const lines = first.map((item) => `  ${line(item)}`);
  return count > first.length ? [...lines, `  and ${count - first.length} more`] : lines;
}

function spanLine({ span_id, document, traces }: NamedSpan): string {
  const where = traces.length === 0 ? "" : ` in ${traces.join(" and ")}`;
  return `${span_id === "" ? "a document that is no span" : `span ${span_id}`} (${document})${where}`;
}

function splitLine({ trace_id, span_id, document, traces }: NamedSplit): string {
  if (trace_id !== undefined) return `trace ${trace_id}: in ${traces.join(" and ")}`;
  return `span ${span_id} (${document}): in ${traces[0]}, a child of it in ${traces[1]}`;
}
