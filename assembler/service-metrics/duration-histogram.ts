/** Leading binary digits that a bucket keeps: a value is known to within 1/64 of itself. */
const keptDigits = 7;
/** Up to here a double holds every whole number, and is far quicker than a bigint. */
const largestDouble = BigInt(Number.MAX_SAFE_INTEGER);

/** How many durations fell into each bucket; key: the bucket's lower bound in nanoseconds. */
export type DurationHistogram = Map<number, number>;

/**
 * Lower bound of the bucket of a duration in nanoseconds: its seven leading binary digits, the others 0; exact as a
 * number. Durations below 128 ns are a bucket each. By whole numbers alone, so that it is the same on every machine.
 */
export function bucketOf(duration: bigint): number {
  if (duration > largestDouble) {
    const zeros = BigInt(duration.toString(2).length - keptDigits);
    return Number((duration >> zeros) << zeros);
  }
  const value = Number(duration);
  const unit = 2 ** Math.max(0, binaryDigits(value) - keptDigits);
  return Math.floor(value / unit) * unit;
}

/**
 * The percentile of the values in the buckets by nearest rank, as the lower bound of that value's bucket: at most 1/64
 * too low. 0 when there are none.
 */
export function histogramPercentile(histogram: DurationHistogram, percent: number): bigint {
  const buckets = [...histogram].sort(([left], [right]) => left - right);
  const rank = nearestRank(
    buckets.reduce((sum, [, count]) => sum + count, 0),
    percent,
  );
  let passed = 0;
  for (const [bucket, count] of buckets) {
    passed += count;
    if (passed >= rank) return BigInt(bucket);
  }
  return 0n;
}

/** Place (from 1) of the least of `count` values in order that is not exceeded by `percent` of a hundred of them. */
export function nearestRank(count: number, percent: number): number {
  return Math.ceil((count * percent) / 100);
}

function binaryDigits(value: number): number {
  const high = Math.floor(value / 2 ** 32);
  return high > 0 ? 64 - Math.clz32(high) : 32 - Math.clz32(value >>> 0);
}
