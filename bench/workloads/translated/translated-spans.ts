import { RawText } from "../../../assembler/json/raw-text";
import { decodeSpan, isFault } from "../../../assembler/span/decode-span";
import type { Span } from "../../../assembler/span/span";
import type { GeneratorOptions } from "../generate";
import { Random } from "../simulation/random";
import type { TrueExchange } from "../simulation/simulate";
import { Connections, type Ends } from "./connections";
import type { TranslatedGraph } from "./translated-graphs";

/** Things that are asked for again and again. */
const popularThings = 5;
const epoch = 1_700_000_000_000_000_000n;
/** Hosts' clocks differ by up to so many nanoseconds. */
const clockOffset = 5e9;

interface Seen {
  readonly exchange: TrueExchange;
  readonly ends: Ends;
  /** What a proxy of HTTP adds. */
  readonly isProxied: boolean;
}

export interface TranslatedOptions extends GeneratorOptions {
  readonly graph: TranslatedGraph;
  /** Share of the requests that are for one of a few things, so that others just like them are open at once. */
  readonly popular: number;
}

/** The spans that agents would write of what happened, each on its host's clock: those of services that are seen. */
export function translatedSpans(happened: readonly TrueExchange[], options: TranslatedOptions): Span[] {
  const { graph, seed, lost = 0 } = options;
  const random = new Random(seed ^ 0x2545f491);
  const things = new Map<string, string>();
  const clocks = new Map(graph.services.map(({ name }) => [name, BigInt(Math.round(clockOffset * random.next()))]));
  const observed = new Set(graph.services.flatMap(({ name, isObserved }) => (isObserved === false ? [] : [name])));
  const spans: Span[] = [];
  for (const seen of seenExchanges(graph, happened)) {
    const { service, trace } = seen.exchange;
    if (!things.has(trace)) {
      const isPopular = random.chance(options.popular);
      things.set(trace, isPopular ? String(random.below(popularThings)) : String(1000 + random.below(1e6)));
    }
    if (!observed.has(service) || random.chance(lost)) continue;
    const thing = things.get(trace) as string;
    const process = graph.services.findIndex(({ name }) => name === service) + 1;
    const text = spanDocument(seen, process, epoch + (clocks.get(service) as bigint), thing);
    const span = decodeSpan(RawText.from(text), service, seen.exchange.id);
    if (isFault(span)) throw new Error(`${seen.exchange.id} is no span: ${span.reason}`);
    spans.push(span);
  }
  return spans;
}

function* seenExchanges({ routes }: TranslatedGraph, happened: readonly TrueExchange[]): Generator<Seen> {
  const connections = new Connections();
  const requests = new Map(happened.flatMap((each) => (each.callId === "" ? [] : [[each.callId, each]])));
  const byStart = [...happened].sort((left, right) => left.start - right.start);
  for (const exchange of byStart) {
    const { kind, service, start, end, callId } = exchange;
    if (kind === "request") {
      if (callId !== "") continue;
      const isProxied = routes[service] === "l7";
      yield { exchange, ends: connections.of("outside", service, routes[service], start, end)[1], isProxied };
      continue;
    }
    const callee = calleeOf(exchange);
    const [seen, served] = connections.of(service, callee, routes[callee], start, end);
    yield { exchange, ends: seen, isProxied: false };
    const request = requests.get(exchange.id);
    if (request !== undefined) yield { exchange: request, ends: served, isProxied: routes[callee] === "l7" };
  }
}

function calleeOf({ key }: TrueExchange): string {
  return key.slice(0, key.indexOf(" "));
}

function spanDocument({ exchange, ends, isProxied }: Seen, process: number, clock: bigint, thing: string): string {
  const isCall = exchange.kind === "call";
  const asked = isCall ? exchange.key.slice(exchange.key.indexOf(" ") + 1) : exchange.key;
  const [own, other] = isCall ? [ends.client, ends.server] : [ends.server, ends.client];
  const host = `Host: ${isProxied ? "upstream" : "service"}`;
  const headers = isProxied ? [host, `X-Forwarded-For: ${ends.client[0]}`, "Via: 1.1 proxy"] : [host];
  const body = asked.startsWith("POST") ? `{"item":${thing}}` : "";
  const request = [`${asked}?id=${thing} HTTP/1.1`, ...headers, "", body].join("\r\n");
  const response = ["HTTP/1.1 200 OK", ...(isProxied ? [] : ["Via: 1.1 proxy"]), "", `{"of":${thing}}`].join("\r\n");
  const times = [exchange.start, exchange.end].map((time) => clock + BigInt(Math.round(time))) as [bigint, bigint];
  return (
    `{"context":{"trace_id":"","span_id":"${exchange.id}","parent_id":""},` +
    `"tag":{"ebpf_tag":{"tgid":${process},"pid":${exchange.thread},"protocol":"HTTP1","component":"${exchange.service}",` +
    `"direction":"${isCall ? "Egress" : "Ingress"}","src_ip":"${own[0]}","dst_ip":"${other[0]}",` +
    `"src_port":${own[1]},"dst_port":${other[1]},"endpoint":"${asked}"}},` +
    `"metric":{"start_time":${times[0]},"end_time":${times[1]},"req_size":${request.length},"resp_size":${response.length}},` +
    `"content":{"req_content":${JSON.stringify(request)},"resp_content":${JSON.stringify(response)}}}`
  );
}
