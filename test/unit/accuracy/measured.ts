import { AccuracyBoard } from "../../../assembler/accuracy/accuracy-board";
import { AccuracyMeter } from "../../../assembler/accuracy/accuracy-meter";
import { addOutcomes, type LinkOutcomes, noOutcomes, sureConfidence } from "../../../assembler/accuracy/link-outcomes";
import { type CorrelatedSpan, Correlator, correlateAll } from "../../../assembler/correlate/correlator";
import { IdentifyingHeaders } from "../../../assembler/correlate/identifying-headers";
import type { Link } from "../../../assembler/correlate/link";
import type { Span } from "../../../assembler/span/span";
import type { WorkloadSpans } from "./workload-spans";

const leastConfidence = 0.5;
/** How long a span waits for others of its trace, and stays in memory; as an assembler does by default. */
const quietNs = 2_000_000_000n;
/** Until a trace that takes long comes to rest. */
const slowNs = 7_000_000_000n;
const keptNs = 32_000_000_000n;
const stepNs = 500_000_000n;

const headers = new IdentifyingHeaders(["traceparent", "x-request-id"]);

type Links = Map<string, Link | undefined>;

/** What a meter finds while spans come and go, `samples` at each step; and the last link of each call, by its id. */
export function measure(
  spans: readonly Span[],
  samples = 8,
  isSlow: (span: Span) => boolean = () => false,
): { board: AccuracyBoard; links: Links } {
  let nowMs = 0;
  const board = new AccuracyBoard(3_600_000, () => nowMs);
  const meter = new AccuracyMeter({ headers, leastConfidence }, board);
  const correlator = new Correlator(headers, leastConfidence);
  const coming = [...spans].sort((left, right) => (left.end < right.end ? -1 : 1));
  const held: CorrelatedSpan[] = [];
  const links: Links = new Map();
  const restAt = new Map(spans.map((span) => [span.spanId, span.end + (isSlow(span) ? slowNs : quietNs)]));
  const last = coming.at(-1)?.end ?? 0n;
  for (let now = coming[0]?.end ?? 0n; now <= last + stepNs + slowNs; now += stepNs) {
    while (coming[0] !== undefined && coming[0].end <= now) held.push(correlator.add(coming.shift() as Span));
    const left = held.findIndex(({ span }) => span.end >= now - keptNs);
    correlator.removeAll(held.splice(0, Math.max(0, left)));
    for (const placed of correlator.solve()) {
      if (!placed.isGone) links.set(placed.span.spanId, correlator.linkOf(placed));
    }
    const isAtRest = (spanId: string) => (restAt.get(spanId) as bigint) <= now;
    for (let sample = 0; sample < samples; sample += 1) for (const _ of meter.measure({ correlator, isAtRest }));
    nowMs += Number(stepNs / 1_000_000n);
  }
  return { board, links };
}

/** Links as they come out of the same without a meter. */
export function linksOf(spans: readonly Span[]): Links {
  return measure(spans, 0).links;
}

/** What really comes of all calls when nothing identifies a request. */
export function trueOutcomes({ spans, requestOf }: WorkloadSpans): Map<string, LinkOutcomes> {
  const links = correlateAll(spans);
  const outcomes = new Map<string, LinkOutcomes>();
  for (const span of spans) {
    const request = requestOf.get(span.spanId);
    if (request === undefined) continue;
    const { parentId = "", confidence = 0 } = links.get(span) ?? {};
    const isRight = parentId === request;
    const isAsserted = parentId !== "" && confidence >= leastConfidence;
    const isSure = parentId !== "" && confidence >= sureConfidence;
    const of = outcomes.get(span.component) ?? noOutcomes();
    outcomes.set(span.component, of);
    addOutcomes(of, {
      right: Number(isAsserted && isRight),
      wrong: Number(isAsserted && !isRight),
      withheld: Number(!isAsserted),
      sure: Number(isSure),
      sureRight: Number(isSure && isRight),
    });
  }
  return outcomes;
}
