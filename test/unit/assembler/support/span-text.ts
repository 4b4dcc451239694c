import { RawText } from "../../../../assembler/json/raw-text";
import { decodeSpan, isFault } from "../../../../assembler/span/decode-span";
import type { Direction, Span } from "../../../../assembler/span/span";

/** What a test says of a span; the rest has defaults. Times in nanoseconds after a base beyond 2^53. */
export interface SpanSketch {
  readonly id: string;
  readonly traceId?: string;
  readonly parentId?: string;
  readonly direction?: Direction;
  readonly process?: number;
  readonly thread?: number;
  readonly component?: string;
  readonly endpoint?: string;
  /** The process' own end, then the remote one: `ip:port`. */
  readonly from?: string;
  readonly to?: string;
  readonly start: number;
  readonly end: number;
  /** Clock of the observing host: added to both times. */
  readonly clock?: bigint;
  readonly status?: number;
  /** Lines of the request after the first one. */
  readonly headers?: readonly string[];
  /** The agent's label; HTTP1 unless said. */
  readonly protocol?: string;
  /** Bytes of the messages; they become text as the agents write it. */
  readonly request?: Buffer;
  readonly response?: Buffer;
  readonly extra?: string;
}

export const baseTime = 1_700_000_000_123_456_789n;

/** The span document as an agent writes it, nested form, times as integers. */
export function spanText(sketch: SpanSketch): string {
  const [srcIp = "", srcPort = "0"] = (sketch.from ?? "").split(":");
  const [dstIp = "", dstPort = "0"] = (sketch.to ?? "").split(":");
  const clock = baseTime + (sketch.clock ?? 0n);
  return (
    `{"context":{"trace_id":"${sketch.traceId ?? ""}","span_id":"${sketch.id}","parent_id":"${sketch.parentId ?? ""}"},` +
    `"tag":{"docker_tag":null,"ebpf_tag":{"tgid":${sketch.process ?? 1},"pid":${sketch.thread ?? 1},"protocol":"${sketch.protocol ?? "HTTP1"}",` +
    `"component":"${sketch.component ?? "service"}","direction":"${sketch.direction ?? "Ingress"}",` +
    `"src_ip":"${srcIp}","dst_ip":"${dstIp}","src_port":${srcPort},"dst_port":${dstPort},` +
    `"endpoint":"${sketch.endpoint ?? "GET /"}"}},` +
    `"metric":{"start_time":${clock + BigInt(sketch.start)},"end_time":${clock + BigInt(sketch.end)},` +
    `"duration":${sketch.end - sketch.start},"req_size":10,"resp_size":20},` +
    `"content":{"req_content":${JSON.stringify(requestText(sketch))},"resp_content":${JSON.stringify(responseText(sketch))}}` +
    `${sketch.extra === undefined ? "" : `,"extra":${sketch.extra}`}}`
  );
}

function requestText({ headers = [], request }: SpanSketch): string {
  return request === undefined ? ["GET / HTTP/1.1", ...headers, ""].join("\r\n") : request.toString("utf8");
}

function responseText({ status = 200, response }: SpanSketch): string {
  return response === undefined ? `HTTP/1.1 ${status} OK\r\n` : response.toString("utf8");
}

/** The same, decoded. Throws when it is no span. */
export function spanOf(sketch: SpanSketch, agent = "a1"): Span {
  const decoded = decodeSpan(RawText.from(spanText(sketch)), agent, sketch.id);
  if (isFault(decoded)) throw new Error(decoded.reason);
  return decoded;
}
