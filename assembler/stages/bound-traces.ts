import type { Assembly } from "../assembly";
import { entryOf } from "../collections/entry-of";
import type { Turn } from "../turn";
import type { Group, Member } from "../window/member";

/**
 * Of the spans that carry one trace id, keeps as many as a trace takes: the first in order of their ids, whichever came
 * first, so that they are the same in the end. The others are rejected, and join nothing. Needs the spans to be admitted,
 * and none of this turn to be correlated.
 */
export function boundTraces(assembly: Assembly, turn: Turn): void {
  const { window, limits } = assembly;
  const most = limits.maxTraceSpans ?? Number.POSITIVE_INFINITY;
  // Where a document of this turn replaced another one, its group is not joined again yet.
  window.regroup(turn.now);
  const large: Group[] = [];
  // Its iterator would leave an object for each of them to the collector, in every turn.
  for (let group = window.groups.open.first; group !== undefined; group = group.after) {
    if (group.members.length > most) large.push(group);
  }
  for (const group of large) {
    for (const [traceId, members] of byTraceId(group)) {
      if (traceId !== "" && members.length > most) cut(assembly, turn, traceId, members, most);
    }
  }
}

function byTraceId({ members }: Group): Map<string, Member[]> {
  const found = new Map<string, Member[]>();
  for (const member of members) entryOf(found, member.span.traceId, () => []).push(member);
  return found;
}

function cut(assembly: Assembly, turn: Turn, traceId: string, members: Member[], most: number): void {
  const { window, limits, rejections, tally, notice } = assembly;
  members.sort((left, right) => (left.span.spanId < right.span.spanId ? -1 : 1));
  const surplus = members.slice(most);
  if (window.cuts.add(traceId)) {
    tally.tracesCut += 1;
    const { group } = surplus[0] as Member;
    // What is left out is put down once the trace says that it is cut, which is to be soon.
    if (group !== undefined) group.waitsSince = Math.min(group.waitsSince, turn.now - limits.maxWaitMs);
  }
  const reason = `more than ${most} spans (grouping.max_trace_spans) carry the trace id ${traceId}`;
  for (const { span, hold, seqNo } of surplus) {
    const pointer = { index: hold?.shard.index ?? "", id: span.documentId, seqNo };
    const rejection = { pointer, spanId: span.spanId, field: "trace_id", reason };
    // One that came back with a stored trace is not read again: it is put down before that trace goes on without it.
    rejections.push(hold === undefined ? { rejection, hold } : { rejection, hold, cutFrom: traceId });
  }
  tally.spansRejected += surplus.length;
  window.evict(surplus);
  notice("spans are rejected: more of them carry one trace id than grouping.max_trace_spans allows", {
    trace_id: traceId,
    spans: surplus.length,
    max_trace_spans: most,
  });
}
