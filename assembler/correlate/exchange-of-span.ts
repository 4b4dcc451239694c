import { requestOfSpan } from "../span/request-of-span";
import type { Exchange } from "./algorithm";
import { identifiersOf } from "./identifiers";
import type { IdentifyingHeaders } from "./identifying-headers";
import type { PlacedSpan } from "./placed-span";
import { withoutIdHeaders } from "./without-id-headers";

/**
 * What an algorithm may look at of a span; times in nanoseconds since `origin`. Headers made to identify requests count
 * where `headers` names them, and only there.
 */
export function exchangeOfSpan(placed: PlacedSpan, origin: bigint, headers: IdentifyingHeaders): Exchange {
  const { span } = placed;
  const { spanId, pid, traceId, parentId } = span;
  placed.identifiers ??= identifiersOf(withoutIdHeaders(requestOfSpan(span)));
  const passedOn = headers.passedOn(placed);
  return {
    id: spanId,
    start: Number(span.start - origin),
    end: Number(span.end - origin),
    thread: pid,
    key: placed.callee,
    identifiers: placed.identifiers,
    ...(passedOn === undefined ? {} : { passedOn }),
    ...(traceId === "" ? {} : { traceId }),
    ...(span.direction === "Ingress" || parentId === "" ? {} : { knownRequest: parentId }),
  };
}
