import type { RunningElasticsearch } from "../../testbed/testbed";

/** A span as the agent stored it, with exact times. */
export interface StoredSpan {
  id: string;
  requestId: string;
  component: string;
  direction: "Ingress" | "Egress";
  tgid: number;
  pid: number;
  /** Both ends as `ip:port`, own end first. */
  src: string;
  dst: string;
  startNs: bigint;
  endNs: bigint;
  durationNs: bigint;
  sizes: [number, number];
}

interface Source {
  context: { span_id: string };
  tag: { ebpf_tag: Record<string, string | number> };
  metric: { start_time: string; end_time: string; duration: string; req_size: number; resp_size: number };
  content: { req_content: string };
}

/** All spans of an index; none if there is no such index. */
export async function storedSpans(elasticsearch: RunningElasticsearch, index: string): Promise<StoredSpan[]> {
  const { nodeUrl } = elasticsearch;
  if ((await fetch(`${nodeUrl}/${index}/_refresh`, { method: "POST" })).status === 404) return [];
  const spans: StoredSpan[] = [];
  let after: unknown[] | undefined;
  for (;;) {
    const response = await fetch(`${nodeUrl}/${index}/_search`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ size: 5000, sort: ["_doc"], ...(after && { search_after: after }) }),
    });
    // Nanoseconds exceed what a JSON number can hold in JavaScript: made strings before parsing.
    const text = (await response.text()).replace(/"(start_time|end_time|duration)":(\d+)/g, '"$1":"$2"');
    const { hits } = (JSON.parse(text) as { hits: { hits: { _source: Source; sort: unknown[] }[] } }).hits;
    if (hits.length === 0) return spans;
    spans.push(...hits.map(({ _source }) => spanOf(_source)));
    after = hits.at(-1)?.sort;
  }
}

/** The spans of each request, by its `X-Request-Id`. */
export function byRequest(spans: StoredSpan[]): Map<string, StoredSpan[]> {
  const requests = new Map<string, StoredSpan[]>();
  for (const span of spans) requests.set(span.requestId, [...(requests.get(span.requestId) ?? []), span]);
  return requests;
}

/** How many spans each request has. */
export function spanCounts(spans: StoredSpan[]): Record<string, number> {
  return Object.fromEntries([...byRequest(spans)].map(([requestId, found]) => [requestId, found.length]));
}

function spanOf({ context, tag: { ebpf_tag: tag }, metric, content }: Source): StoredSpan {
  return {
    id: context.span_id,
    requestId: /^x-request-id: (\S+)/im.exec(content.req_content)?.[1] ?? "",
    component: String(tag.component),
    direction: tag.direction as StoredSpan["direction"],
    tgid: Number(tag.tgid),
    pid: Number(tag.pid),
    src: `${tag.src_ip}:${tag.src_port}`,
    dst: `${tag.dst_ip}:${tag.dst_port}`,
    startNs: BigInt(metric.start_time),
    endNs: BigInt(metric.end_time),
    durationNs: BigInt(metric.duration),
    sizes: [metric.req_size, metric.resp_size],
  };
}
