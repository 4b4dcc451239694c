import type { Assembly } from "../assembly";
import type { Span } from "../span/span";
import { shardKey } from "../store";
import type { Turn } from "../turn";
import type { PageHold } from "../window/shard-progress";
import { endMs } from "../window/traffic-time";

/** Takes spans into the window, each span id once, and rejections into their queue. Needs `decoded` and `known`. */
export function admitSpans(assembly: Assembly, turn: Turn): void {
  const { window, traffic } = assembly;
  const askedAt = turn.read?.askedAt ?? turn.now;
  admitPages(assembly, turn, (span, hold, seqNo) => {
    // A shard of which little is left is read ahead of the others: its spans wait until those have come as far.
    const came = askedAt === turn.now ? askedAt : (traffic.timeOfEnd(shardKey(hold.shard), endMs(span)) ?? turn.now);
    window.admit(span, hold, seqNo, turn.now, Math.max(turn.now, Math.min(askedAt, came)));
  });
  noteKnown(assembly, turn);
}

/** Takes the pages as read, and their spans by `admit`. */
export function admitPages(
  { progress, rejections, tally }: Assembly,
  turn: Turn,
  admit: (span: Span, hold: PageHold, seqNo: number) => void,
): void {
  for (const { page, spans, faults } of turn.decoded) {
    const hold = progress.open(page);
    for (const { decoded: span, seqNo } of spans) {
      if (!turn.settledSpanIds.has(span.spanId)) admit(span, hold, seqNo);
    }
    for (const { fault, hit } of faults) {
      hold.held += 1;
      tally.spansRejected += 1;
      const pointer = { index: page.shard.index, id: hit.id, seqNo: hit.seqNo };
      rejections.push({ rejection: { pointer, spanId: "", field: fault.field, reason: fault.reason }, hold });
    }
  }
}

/** Takes note of the stored traces whose spans are all here. Needs those to be admitted. */
export function noteKnown({ window }: Assembly, turn: Turn): void {
  for (const { trace, spans } of turn.known) {
    const members = spans.flatMap(({ span }) => window.member(span.spanId) ?? []);
    window.documents.keep({ id: trace.id, version: trace.version, members, text: trace.document });
    window.noteCuts(trace.document);
    for (const { group } of members) if (group !== undefined) window.groups.reopen(group, turn.now);
  }
}
