import { headerReader } from "../span/request-headers";
import { requestOfSpan } from "../span/request-of-span";
import type { PlacedSpan } from "./placed-span";

/** Stands for every header that names a trace: the id is read with the span itself. */
const traceParent = "traceparent";

/**
 * Headers that services pass on from a request to the calls they make for it, so that equal values say which request a
 * call serves.
 */
export class IdentifyingHeaders {
  readonly #hasTraceParent: boolean;
  readonly #readers: readonly ((head: string) => string)[];

  /** Names in any case; `traceparent` stands for the trace id in it, or in a like header. */
  constructor(names: readonly string[]) {
    const lower = names.map((name) => name.toLowerCase());
    this.#hasTraceParent = lower.includes(traceParent);
    this.#readers = lower.filter((name) => name !== traceParent).map(headerReader);
  }

  /** Those of the requests that carry a value which the call carries too. */
  sharing(call: PlacedSpan, requests: readonly PlacedSpan[]): readonly PlacedSpan[] {
    const { traceId } = call.span;
    if (this.#hasTraceParent && traceId !== "") {
      const sameTrace = requests.filter((request) => request.span.traceId === traceId);
      if (sameTrace.length > 0) return sameTrace;
    }
    const values = this.#valuesOf(call);
    if (values.every((value) => value === "")) return none;
    return requests.filter((request) => this.#valuesOf(request).some((value, place) => isShared(value, values[place])));
  }

  /** Values of a span's headers that are passed on, "" for those it lacks; undefined when it has none of them. */
  passedOn(placed: PlacedSpan): readonly string[] | undefined {
    const values = [this.#hasTraceParent ? placed.span.traceId : "", ...this.#valuesOf(placed)];
    return values.every((value) => value === "") ? undefined : values;
  }

  /** The same, read from the request that a span saw. */
  valuesIn(request: string, traceId: string): readonly string[] {
    return [this.#hasTraceParent ? traceId : "", ...this.#readers.map((read) => read(request))];
  }

  #valuesOf(placed: PlacedSpan): readonly string[] {
    if (this.#readers.length === 0) return noValues;
    if (placed.headerValues === undefined) {
      const head = requestOfSpan(placed.span);
      placed.headerValues = this.#readers.map((read) => read(head));
    }
    return placed.headerValues;
  }
}

const none: readonly PlacedSpan[] = [];
const noValues: readonly string[] = [];

function isShared(value: string, other: string | undefined): boolean {
  return value !== "" && value === other;
}

/** Looks at no header at all. */
export const noHeaders = new IdentifyingHeaders([]);
