import { isErrorStatus } from "../span/response-status";
import { headersOf, headerValue, http2 } from "./http2";
import { isServing, type Protocol } from "./protocol";

const names = (
  "OK CANCELLED UNKNOWN INVALID_ARGUMENT DEADLINE_EXCEEDED NOT_FOUND ALREADY_EXISTS PERMISSION_DENIED RESOURCE_EXHAUSTED " +
  "FAILED_PRECONDITION ABORTED OUT_OF_RANGE UNIMPLEMENTED INTERNAL UNAVAILABLE DATA_LOSS UNAUTHENTICATED"
).split(" ");
/** What is the server's fault, as OpenTelemetry sees it; the others are answers to a request that could not be served. */
const serverFaults = new Set(["UNKNOWN", "DEADLINE_EXCEEDED", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS"]);
/** `/package.Service/Method`, with or without HTTP's method before it. */
const call = /^(?:POST )?(\/[\w.]+\/\w+)$/;
/** Behind data whose length was lost the trailers still show their name, the length of the value, and the value. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: lengths are what is looked for
const trailer = /grpc-status(?:\x01([0-9])|\x02(1[0-6])|: (\d{1,2})(?!\d))/g;
const digits = /^\d{3}$/;

/** gRPC over HTTP/2; its status stands in the trailers, or in the only headers where nothing was served. */
export const grpc: Protocol = {
  ...http2,
  name: "grpc",
  kind: "rpc",
  endpointOf(request) {
    const endpoint = http2.endpointOf(request);
    return call.exec(endpoint)?.[1] ?? "";
  },
  statusOf(response) {
    const told = headerValue(headersOf(response).headers, "grpc-status") || lastTrailer(response);
    return told === "" ? failedOverHttp(http2.statusOf(response, "")) : (names[Number(told)] ?? "UNKNOWN");
  },
  isError(status, direction) {
    if (digits.test(status)) return isErrorStatus(status, direction);
    return isServing(direction) ? serverFaults.has(status) : status !== "OK";
  },
};

function lastTrailer(response: string): string {
  const last = [...response.matchAll(trailer)].at(-1);
  return last?.[1] ?? last?.[2] ?? last?.[3] ?? "";
}

/** HTTP's 200 says nothing of a call; any other status, as a proxy gives it, says that there was none. */
function failedOverHttp(status: string): string {
  return status === "200" ? "" : status;
}
