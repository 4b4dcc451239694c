import { isErrorStatus } from "../span/response-status";
import { clearHeaders } from "./hpack";
import { pathOf, requestLineEndpoint } from "./http-endpoint";
import { headerBlocks } from "./http2-frames";
import type { Header, Protocol } from "./protocol";

/** `HTTP/2 200`: written down as text by who unpacked it. */
const statusLine = /^HTTP\/2(?:\.0)? ([1-5]\d\d)(?!\d)/;
const pathHeader = ":path";
const grpcType = "application/grpc";

/** HTTP/2, as far as its headers are in clear: most methods and statuses are numbers whose bytes are lost. */
export const http2: Protocol = {
  name: "http",
  kind: "http",
  // Long tokens may come before what identifies the request; trailers come after the data.
  looksAt: { request: 8192, response: 16_384 },
  endpointOf(request) {
    const line = requestLineEndpoint(request);
    if (line !== "") return line;
    const headers = headersOf(request).headers;
    const path = pathOf(headerValue(headers, pathHeader));
    if (path === "") return "";
    const method = headerValue(headers, ":method");
    const isCall = headerValue(headers, "content-type").startsWith(grpcType);
    return method === "" || isCall ? path : `${method} ${path}`;
  },
  statusOf(response) {
    return statusLine.exec(response)?.[1] ?? headerValue(headersOf(response).headers, ":status");
  },
  isError: isErrorStatus,
  headersOf,
};

export function headersOf(message: string): { headers: readonly Header[]; rest: string } {
  const { blocks, bodyAt } = headerBlocks(message);
  return { headers: blocks.flatMap(clearHeaders), rest: message.slice(bodyAt) };
}

/** Of several the last one, as trailers come last. */
export function headerValue(headers: readonly Header[], name: string): string {
  return headers.findLast(([of]) => of === name)?.[1] ?? "";
}
