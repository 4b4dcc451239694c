import { type SpanSketch, spanText } from "./span-text";

/** Of the document of `spanText`, as far as it is used here. */
interface NestedDocument {
  readonly tag: { readonly ebpf_tag: EndTags };
  readonly content: { readonly req_content: string; readonly resp_content: string };
}

interface EndTags {
  readonly src_ip: string;
  readonly dst_ip: string;
  readonly src_port: number;
  readonly dst_port: number;
  readonly [key: string]: unknown;
}

/**
 * The document that DeepTrace's own agent writes of a span: flat, keys in order of text, no ids, no endpoint, no sizes,
 * addresses as numbers, the server's end as source on both sides, times since the host's boot.
 */
export function deeptraceDocument(sketch: SpanSketch, bootedAt: bigint): string {
  const { tag, content } = JSON.parse(spanText(sketch)) as NestedDocument;
  const { tgid, pid, protocol, component, direction, ...ends } = tag.ebpf_tag;
  const isEgress = direction === "Egress";
  const own = { ip: numberOf(ends.src_ip), port: ends.src_port };
  const remote = { ip: numberOf(ends.dst_ip), port: ends.dst_port };
  const [source, destination] = isEgress ? [remote, own] : [own, remote];
  const document = {
    component,
    direction,
    dst_ip: destination.ip,
    dst_port: destination.port,
    end_time: Number(bootedAt) + sketch.end,
    pid,
    protocol,
    req_content: content.req_content,
    req_syscall: isEgress ? "Write" : "Read",
    resp_content: content.resp_content,
    resp_syscall: isEgress ? "Read" : "Write",
    src_ip: source.ip,
    src_port: source.port,
    start_time: Number(bootedAt) + sketch.start,
    tgid,
  };
  return JSON.stringify(document);
}

function numberOf(address: string): number {
  return address.split(".").reduce((value, part) => value * 256 + Number(part), 0);
}
