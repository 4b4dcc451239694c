/** With a few agreeing requests, or clocks that agree as they are, the place on the connection is beyond doubt. */
const sureConfidence = 0.99;
/** A request or two whose ends' clocks differ: only the connection and the endpoint speak for the pair. */
const looseConfidence = 0.7;

/** Requests that must agree on an offset before it is taken for the clocks' difference. */
export const agreeingRequests = 3;

/** Hosts that keep time well differ by less, in nanoseconds. */
const wellKeptNs = 1_000_000;

/** Confidence in pairs that agree on an offset between `low` and `high` nanoseconds. */
export function confidenceOf(low: number, high: number, agreeing: number): number {
  const keepsTime = low <= wellKeptNs && high >= -wellKeptNs;
  return keepsTime || agreeing >= agreeingRequests ? sureConfidence : looseConfidence;
}
