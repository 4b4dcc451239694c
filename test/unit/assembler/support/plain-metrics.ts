interface PlainSpan {
  readonly span_id: string;
  readonly parent_id: string;
  readonly source: {
    readonly tag: { readonly ebpf_tag: Record<string, string> };
    readonly metric: { readonly duration: number };
    readonly content: { readonly req_content: string; readonly resp_content: string };
  };
}

/** In the words of Redis and of gRPC. */
const refusals = ["-ERR", "grpc-status\u000214"];

interface PlainLine {
  readonly durations: number[];
  errors: number;
  unseen: number | null;
}

/**
 * Metrics of trace documents, worked out plainly: `[minute, name, endpoint, count, errors, unseen, P95]` of each line.
 * It knows as much as random traffic needs: wall clocks everywhere, endpoints without ids, and what is said in it.
 */
export function plainMetrics(documents: readonly string[]): string[] {
  const lines = new Map<string, PlainLine>();
  for (const text of documents) {
    const { spans } = JSON.parse(text) as { spans: PlainSpan[] };
    const starts = [...text.matchAll(/"start_time":(\d+),"end_time":\d+,"duration"/g)].map(
      ([, digits]) => digits ?? "",
    );
    for (const [place, span] of spans.entries()) {
      const { direction, component, dst_ip, dst_port } = span.source.tag.ebpf_tag;
      const minute = Math.floor(Number((starts[place] as string).slice(0, 10)) / 60) * 60_000;
      const isCall = direction === "Egress";
      const seen = spans.find((other) => other.parent_id === span.span_id && isIngress(other));
      const callee = seen?.source.tag.ebpf_tag.component ?? (dst_ip === "" ? "unknown" : `${dst_ip}:${dst_port}`);
      const key = JSON.stringify([minute, isCall ? `${component} ${callee}` : component, endpointOf(span)]);
      const line = lines.get(key) ?? { durations: [], errors: 0, unseen: isCall ? 0 : null };
      lines.set(key, line);
      line.durations.push(span.source.metric.duration);
      const status = Number(/^HTTP\/1.1 (\d+)/.exec(span.source.content.resp_content)?.[1]);
      const isRefused = refusals.some((words) => span.source.content.resp_content.includes(words));
      if (isRefused || status >= (isCall ? 400 : 500)) line.errors += 1;
      if (isCall && seen === undefined) line.unseen = (line.unseen ?? 0) + 1;
    }
  }
  return [...lines].map(([key, { durations, errors, unseen }]) => {
    const sorted = durations.sort((left, right) => left - right);
    // The least value that at least 95 % of all do not exceed.
    const p95 = sorted.find((value) => sorted.filter((other) => other <= value).length >= 0.95 * sorted.length);
    return JSON.stringify([...JSON.parse(key), durations.length, errors, unseen, p95]);
  });
}

function endpointOf({ source: { tag, content } }: PlainSpan): string {
  const { endpoint = "", protocol = "" } = tag.ebpf_tag;
  return endpoint || (/\/shop\.Service\d\/Get|\b[GS]ET\b/.exec(content.req_content)?.[0] ?? protocol);
}

function isIngress(span: PlainSpan): boolean {
  return span.source.tag.ebpf_tag.direction === "Ingress";
}
