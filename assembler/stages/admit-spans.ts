import type { Assembly } from "../assembly";
import type { Turn } from "../turn";

/** Takes spans into the window, each span id once, and rejections into their queue. Needs `decoded` and `known`. */
export function admitSpans(assembly: Assembly, turn: Turn): void {
  const { window, progress, rejections, tally } = assembly;
  for (const { page, spans, faults } of turn.decoded) {
    const hold = progress.open(page);
    for (const { span, hit } of spans) {
      if (!turn.settledSpanIds.has(span.spanId)) window.admit(span, hold, hit.seqNo, turn.now);
    }
    for (const { fault, hit } of faults) {
      hold.held += 1;
      tally.spansRejected += 1;
      const pointer = { index: page.shard.index, id: hit.id, seqNo: hit.seqNo };
      rejections.push({ rejection: { pointer, spanId: "", field: fault.field, reason: fault.reason }, hold });
    }
  }
  for (const { trace, spans } of turn.known) {
    const members = spans.flatMap(({ span }) => window.member(span.spanId) ?? []);
    window.documents.keep({ id: trace.id, version: trace.version, members, text: trace.document });
    for (const { group } of members) if (group !== undefined) window.groups.reopen(group, turn.now);
  }
}
