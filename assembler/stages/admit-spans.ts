import type { Assembly } from "../assembly";
import type { Span } from "../span/span";
import { type SpanPage, shardKey } from "../store";
import type { Turn } from "../turn";
import type { PageHold } from "../window/shard-progress";
import { endMs } from "../window/traffic-time";

/** Takes spans into the window, each span id once, and rejections into their queue. Needs `decoded` and `known`. */
export function admitSpans(assembly: Assembly, turn: Turn): void {
  const { window, traffic } = assembly;
  const { now } = turn;
  const askedAt = turn.read?.askedAt ?? now;
  admitPages(assembly, turn, ({ shard }) => {
    const offset = askedAt === now ? undefined : traffic.offsetOf(shardKey(shard));
    if (offset === undefined) return (span, hold, seqNo) => window.admit(span, hold, seqNo, now);
    // A shard of which little is left is read ahead of the others: its spans wait until those have come as far.
    return (span, hold, seqNo) => {
      window.admit(span, hold, seqNo, now, Math.max(now, Math.min(askedAt, endMs(span) + offset)));
    };
  });
  noteKnown(assembly, turn);
}

/** Takes one span of a page in. */
type Admit = (span: Span, hold: PageHold, seqNo: number) => void;

/** Takes the pages as read, and their spans by what `admitOf` says of each page. */
export function admitPages(
  { progress, rejections, tally }: Assembly,
  turn: Turn,
  admitOf: (page: SpanPage) => Admit,
): void {
  for (const { page, spans, faults } of turn.decoded) {
    const hold = progress.open(page);
    const admit = admitOf(page);
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
