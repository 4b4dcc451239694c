import { isServing, type Protocol } from "./protocol";
import { bigEndian, byteAt } from "./wire-numbers";

/** `DA BB`, flags, status, number of the request, length: 16 bytes, or fewer where lost ones drew together. */
const bodyPlaces = [16, 15, 14, 13];
const magic = /^(?:\xda\xbb|\ufffd)/;
const version = /^\d{1,2}\.\d{1,3}\.\d{1,3}[\w.-]*$/;
const service = /^[A-Za-z_$][\w.$/-]{0,199}$/;
const method = /^[A-Za-z_$][\w$]{0,99}$/;
const statuses: Readonly<Record<number, string>> = {
  20: "OK",
  30: "CLIENT_TIMEOUT",
  31: "SERVER_TIMEOUT",
  35: "CHANNEL_INACTIVE",
  40: "BAD_REQUEST",
  50: "BAD_RESPONSE",
  60: "SERVICE_NOT_FOUND",
  70: "SERVICE_ERROR",
  80: "SERVER_ERROR",
  90: "CLIENT_ERROR",
  100: "SERVER_THREADPOOL_EXHAUSTED",
};

/** Dubbo 2 with Hessian. That a method threw an exception stands in a byte that is lost: such a response is `OK`. */
export const dubbo: Protocol = {
  name: "dubbo",
  kind: "rpc",
  endpointOf(request) {
    if (!magic.test(request)) return "";
    for (const at of bodyPlaces) {
      const endpoint = invocationAt(request, at);
      if (endpoint !== "") return endpoint;
    }
    return "";
  },
  statusOf: (response) => (magic.test(response) ? (statuses[byteAt(response, 3)] ?? "") : ""),
  isError(status, direction) {
    const isCallers = status === "BAD_REQUEST" || status === "CLIENT_ERROR" || status === "SERVICE_NOT_FOUND";
    return status !== "OK" && !(isCallers && isServing(direction));
  },
};

/** Texts in their order: version of Dubbo, service, version of it, method. */
function invocationAt(text: string, start: number): string {
  const texts: string[] = [];
  let at = start;
  while (texts.length < 4) {
    const next = hessianText(text, at);
    if (next === undefined) return "";
    texts.push(next.text);
    at = next.end;
  }
  const [ofDubbo = "", ofService = "", , ofMethod = ""] = texts;
  return version.test(ofDubbo) && service.test(ofService) && method.test(ofMethod) ? `${ofService}/${ofMethod}` : "";
}

/** A text after its length: up to 31 in one byte, up to 1023 in two that begin with `0` to `3`. */
function hessianText(text: string, at: number): { text: string; end: number } | undefined {
  const first = byteAt(text, at);
  const isLong = first >= 0x30 && first <= 0x33;
  const length = isLong ? bigEndian(text, at, 2) - 0x3000 : first;
  if (first < 0 || length < 0 || (!isLong && length > 31)) return undefined;
  const start = at + (isLong ? 2 : 1);
  return start + length > text.length ? undefined : { text: text.slice(start, start + length), end: start + length };
}
