import { mayShareTrace } from "../correlate/link";
import type { PlacedSpan } from "../correlate/placed-span";

/**
 * A call that begins later after its request's end, in nanoseconds, is not taken for one of it: work that a request left
 * behind is done by then, and clients that keep the id of the first request they saw are not.
 */
const longestAfterNs = 5_000_000_000n;

/**
 * Requests of one process by what they carry in identifying headers, to tell which one a call was made for. A value
 * that several of them carry says nothing: the same request came again, or what the value names is no request.
 */
export class KnownRequests {
  /** By header, then value. */
  readonly #byValue: Map<string, PlacedSpan[]>[] = [];

  /** `values` by header, "" where it has none. */
  add(request: PlacedSpan, values: readonly string[]): void {
    for (const [header, value] of values.entries()) {
      if (value === "") continue;
      this.#byValue[header] ??= new Map();
      const carrying = this.#byValue[header].get(value);
      if (carrying === undefined) this.#byValue[header].set(value, [request]);
      else carrying.push(request);
    }
  }

  /**
   * The request that a call was made for; undefined unless one of its values is that request's alone and nothing speaks
   * against it: another value that only others carry, two traces, or that the call began before it or long after.
   */
  requestOf(call: PlacedSpan, values: readonly string[]): PlacedSpan | undefined {
    const named: (readonly PlacedSpan[])[] = [];
    for (const [header, value] of values.entries()) {
      const carrying = value === "" ? undefined : this.#byValue[header]?.get(value);
      if (carrying !== undefined) named.push(carrying);
    }
    const request = named.find(({ length }) => length === 1)?.[0];
    if (request === undefined || !named.every((carrying) => carrying.includes(request))) return undefined;
    if (!mayShareTrace(request.span, call.span)) return undefined;
    const isInTime = call.start >= request.start && call.start <= request.end + longestAfterNs;
    return isInTime ? request : undefined;
  }
}
