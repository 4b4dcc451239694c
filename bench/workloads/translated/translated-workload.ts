import type { Choice } from "../../../assembler/correlate/algorithm";
import { correlateAll } from "../../../assembler/correlate/correlator";
import type { Span } from "../../../assembler/span/span";
import { generate } from "../generate";
import { simulate, type TrueExchange } from "../simulation/simulate";
import { type BetweenProcesses, type KnownCall, type KnownRequest, observedProcess, type Workload } from "../workload";
import type { TranslatedGraph } from "./translated-graphs";
import { type TranslatedOptions, translatedSpans } from "./translated-spans";

/** A workload in which addresses change on the way, so that it is also to be found whose call a request is. */
export function generateTranslated(options: TranslatedOptions): Workload {
  return { ...generate(options), between: betweenProcesses(options) };
}

function betweenProcesses(options: TranslatedOptions): BetweenProcesses {
  const { graph, load, count, seed } = options;
  const happened = simulate(graph, load, count, seed);
  const spans = translatedSpans(happened, options);
  const first = spans.reduce((least, { start }) => (start < least ? start : least), spans[0]?.start ?? 0n);
  const known = new Map(happened.map((each) => [each.id, each]));
  const calls: KnownRequest[] = [];
  const requests: KnownCall[] = [];
  for (const span of spans) {
    const { trace, callId } = known.get(span.spanId) as TrueExchange;
    const times = { start: Number(span.start - first), end: Number(span.end - first), thread: span.pid };
    const exchange = { id: span.spanId, ...times, key: span.endpoint, identifiers: [] };
    if (span.direction === "Egress") calls.push({ exchange, trace });
    else requests.push({ exchange, trace, requestId: callId });
  }
  const process = observedProcess("between processes", calls, requests);
  const byPayload = choicesOf(process, correlateAll(spans));
  const byConnection = byPayload.map((choice, place) => (isDirect(graph, known, process, place) ? choice : none));
  return { process, byPayload, byConnection };
}

/** Only what is not translated shares its connection with the other side. */
function isDirect(
  { routes }: TranslatedGraph,
  known: ReadonlyMap<string, TrueExchange>,
  { traffic }: BetweenProcesses["process"],
  place: number,
): boolean {
  const { service } = known.get(traffic.calls[place]?.id ?? "") as TrueExchange;
  return routes[service] === undefined;
}

function choicesOf({ traffic }: BetweenProcesses["process"], links: ReturnType<typeof correlateAll>): Choice[] {
  const bySpan = new Map(
    [...links].map(([span, link]: [Span, { parentId: string; confidence: number }]) => [span.spanId, link]),
  );
  const places = new Map(traffic.requests.map(({ id }, place) => [id, place]));
  return traffic.calls.map(({ id }): Choice => {
    const link = bySpan.get(id);
    if (link === undefined) return none;
    const request = places.get(link.parentId) ?? -1;
    return { request, confidence: link.confidence, runnerUp: -1, evidence: "timing" };
  });
}

const none: Choice = { request: -1, confidence: 0, runnerUp: -1, evidence: "order" };
