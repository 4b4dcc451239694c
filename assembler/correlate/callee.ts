import type { Span } from "../span/span";

/** What an Egress span called, without what differs from call to call: `10.0.0.2:80 GET /item/*`. */
export function calleeOf(call: Span): string {
  return `${call.dstIp}:${call.dstPort} ${endpointTemplate(call.endpoint)}`;
}

/** `GET /item/17?full=1` -> `GET /item/*`: query dropped, path parts that hold a digit made one. */
export function endpointTemplate(endpoint: string): string {
  return endpoint.replace(/\?.*$/, "").replace(/\/[^/\s]*\d[^/\s]*/g, "/*");
}
