import { randomBytes } from "node:crypto";
import type { Exchange } from "./connection";
import type { Message } from "./message-stream";

/** Whose exchange it was. */
export interface Observer {
  tgid: number;
  /** Name of the service. */
  component: string;
}

/** A span ready to be stored: `json` is one line. */
export interface StoredSpan {
  id: string;
  json: string;
}

/**
 * The span document of an exchange, in the form of DeepTrace's agents. Times are wall-clock ns and are written as JSON
 * integers above 2^53, hence the text. Ingress lasts from the request read to the response's first write, Egress from
 * the request's first write to the response read. `src` is the observing process' own end.
 */
export function spanDocument(exchange: Exchange, observer: Observer, id = newSpanId()): StoredSpan {
  const { role, ends, request, response } = exchange;
  const ingress = role === "server";
  const start = ingress ? request.endNs : request.beginNs;
  let end = ingress ? response.beginNs : response.endNs;
  // A server may answer before it has read all of the request.
  if (end < start) end = start;
  const tag = {
    tgid: observer.tgid,
    pid: ingress ? request.lastTid : request.firstTid,
    protocol: "HTTP1",
    component: observer.component,
    direction: ingress ? "Ingress" : "Egress",
    src_ip: ends.local.ip,
    dst_ip: ends.remote.ip,
    src_port: ends.local.port,
    dst_port: ends.remote.port,
    endpoint: endpointOf(request),
  };
  const content = { req_content: request.content.toString("utf8"), resp_content: response.content.toString("utf8") };
  const metric =
    `{"start_time":${start},"end_time":${end},"duration":${end - start},` +
    `"req_size":${request.size},"resp_size":${response.size}}`;
  const json =
    `{"context":{"trace_id":"","span_id":"${id}","parent_id":""},` +
    `"tag":{"docker_tag":null,"ebpf_tag":${JSON.stringify(tag)}},` +
    `"metric":${metric},"content":${JSON.stringify(content)}}`;
  return { id, json };
}

/** 64 random bits in hex, as OpenTelemetry's span ids are. */
function newSpanId(): string {
  return randomBytes(8).toString("hex");
}

/** Method and path; the query is left out, as it would make every request an endpoint of its own. */
function endpointOf({ head }: Message): string {
  if (head.kind !== "request") return "";
  const path = head.target.replace(/^https?:\/\/[^/]+/, "").split(/[?#]/, 1)[0];
  return `${head.method} ${path || "/"}`;
}
