import type { Exchange } from "../../../assembler/correlate/algorithm";
import type { Span } from "../../../assembler/span/span";
import type { Workload } from "../../../bench/workloads/workload";
import { Random } from "../assembler/support/random";
import { type SpanSketch, spanOf } from "../assembler/support/span-text";

export interface WorkloadSpans {
  readonly spans: readonly Span[];
  /** By span id of a call: its true request's. */
  readonly requestOf: ReadonlyMap<string, string>;
}

/**
 * The spans that agents would write of a workload, of some share of its requests with an `X-Request-Id` that the calls made
 * for them carry too. A service goes by its process' name.
 */
export function spansOfWorkload({ processes }: Workload, identified: number): WorkloadSpans {
  const random = new Random(3);
  const callees: string[] = [];
  const spans: Span[] = [];
  const requestOf = new Map<string, string>();
  for (const [place, { name, traffic, truth }] of processes.entries()) {
    const span = ({ id, start, end, thread }: Exchange, more: Partial<SpanSketch>, value: string | undefined) => {
      const headers = value === undefined ? [] : [`X-Request-Id: ${value}`];
      const sketch = { id, start, end, thread, process: place + 1, component: name, headers, ...more };
      spans.push(spanOf(sketch, `a${place}`));
    };
    const values = traffic.requests.map(() => (random.chance(identified) ? idOf(random) : undefined));
    for (const [at, request] of traffic.requests.entries()) {
      span(request, { direction: "Ingress", endpoint: request.key }, values[at]);
    }
    for (const [at, call] of traffic.calls.entries()) {
      const [callee = "", ...endpoint] = call.key.split(" ");
      if (!callees.includes(callee)) callees.push(callee);
      const to = `10.0.1.${callees.indexOf(callee)}:80`;
      const request = truth.requestOf[at] as number;
      span(call, { direction: "Egress", endpoint: endpoint.join(" "), to }, values[request]);
      if (request >= 0) requestOf.set(call.id, (traffic.requests[request] as Exchange).id);
    }
  }
  return { spans, requestOf };
}

function idOf(random: Random): string {
  const digits = Array.from({ length: 32 }, () => random.int(0, 15).toString(16)).join("");
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
