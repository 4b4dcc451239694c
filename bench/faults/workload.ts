/** Calls of one request: who asks whom, from when to when in sixteenths of the request. The last one's callee has no agent. */
const calls = [
  ["gateway", "cart", 1n, 6n],
  ["cart", "stock", 2n, 5n],
  ["gateway", "user", 7n, 11n],
  ["user", "stock", 8n, 10n],
  ["gateway", "bank", 12n, 15n],
] as const;
const services = ["gateway", "cart", "stock", "user"] as const;
/** One span for the request, two for each call, one for the last. */
export const spansPerTrace = 2 * calls.length;

/** Requests begin so far apart, in nanoseconds, and last ten times as long. */
const usualPace = 2_000_000n;
/** More than are ever open at once, so that no thread and no connection is used by two requests at a time. */
const slots = 64;
const firstStart = 1_750_000_000_123_456_789n;

/** A span document, and the request that it truly belongs to. */
export interface WorkloadSpan {
  readonly id: string;
  readonly index: string;
  readonly text: string;
}

/** Id of the `place`th span (from 0) of the `trace`th request. */
export function spanId(trace: number, place: number): string {
  return `f${trace}-${place}`;
}

/** Number of a span among all, from its id; undefined when it is none of the workload's. */
export function spanNumber(id: string): number | undefined {
  const [, trace, place] = /^f(\d+)-(\d)$/.exec(id) ?? [];
  return trace === undefined ? undefined : Number(trace) * spansPerTrace + Number(place);
}

/**
 * The spans of one request, as the agents of four services see it. A third of the requests carry a trace id, a third
 * name only their spans' parents, a third carry no id at all; but thread and connection tell which call is whose.
 */
export function requestSpans(trace: number, pace = usualPace): WorkloadSpan[] {
  const slot = trace % slots;
  const knows = trace % 3;
  const begin = firstStart + BigInt(trace) * pace;
  const duration = 10n * pace;
  const step = duration / 16n;
  const ids = (parent: number | undefined) =>
    `"trace_id":"${knows === 0 ? `f${trace}` : ""}","parent_id":"${
      knows === 2 || parent === undefined ? "" : spanId(trace, parent)
    }"`;
  const spans: WorkloadSpan[] = [];
  const add = (span: Omit<SpanSketch, "place" | "trace" | "slot">, parent: number | undefined): number => {
    const place = spans.length;
    const id = spanId(trace, place);
    spans.push({ id, index: `spans_${span.service}`, text: spanText({ ...span, slot, trace, place }, ids(parent)) });
    return place;
  };
  const own = (service: string) => `10.1.0.${services.indexOf(service as "gateway") + 1}`;
  const client = { ip: `10.9.0.${slot}`, port: 40_000 };
  const root = add(
    {
      service: "gateway",
      endpoint: "gateway",
      direction: "Ingress",
      from: { ip: own("gateway"), port: 80 },
      to: client,
      start: begin,
      end: begin + duration,
    },
    undefined,
  );
  const servedBy = new Map<string, number>([["gateway", root]]);
  for (const [number, [caller, callee, from, to]] of calls.entries()) {
    const start = begin + step * from;
    const end = begin + step * to;
    const here = { ip: own(caller), port: 20_000 + number * slots + slot };
    const there = { ip: callee === "bank" ? "10.8.0.1" : own(callee), port: 80 };
    const call = add(
      { service: caller, endpoint: callee, direction: "Egress", from: here, to: there, start, end },
      servedBy.get(caller),
    );
    if (callee === "bank") continue;
    const shift = step / 4n;
    servedBy.set(
      callee,
      add(
        {
          service: callee,
          endpoint: callee,
          direction: "Ingress",
          from: there,
          to: here,
          start: start + shift,
          end: end - shift,
        },
        call,
      ),
    );
  }
  return spans;
}

interface SpanSketch {
  readonly trace: number;
  readonly place: number;
  readonly slot: number;
  readonly service: string;
  /** The service that is asked. */
  readonly endpoint: string;
  readonly direction: "Ingress" | "Egress";
  readonly from: { readonly ip: string; readonly port: number };
  readonly to: { readonly ip: string; readonly port: number };
  readonly start: bigint;
  readonly end: bigint;
}

const padding = "x".repeat(120);

function spanText(
  { trace, place, slot, service, endpoint, direction, from, to, start, end }: SpanSketch,
  ids: string,
): string {
  const process = services.indexOf(service as "gateway") + 1;
  return (
    `{"context":{"span_id":"${spanId(trace, place)}",${ids}},` +
    `"tag":{"docker_tag":null,"ebpf_tag":{"tgid":${process},"pid":${process * 1000 + slot},"protocol":"HTTP1",` +
    `"component":"${service}","direction":"${direction}","src_ip":"${from.ip}","src_port":${from.port},` +
    `"dst_ip":"${to.ip}","dst_port":${to.port},"endpoint":"GET /${endpoint}"}},` +
    `"metric":{"start_time":${start},"end_time":${end},"duration":${end - start},"req_size":40,"resp_size":60},` +
    `"content":{"req_content":"GET /${padding} HTTP/1.1\\r\\n\\r\\n","resp_content":"HTTP/1.1 200 OK\\r\\n\\r\\n"}}`
  );
}
