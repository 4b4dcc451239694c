const firstMs = 200;
const longestMs = 8_000;

/**
 * Time to wait after `failures` failures in a row, in ms: drawn from the upper half of a range that doubles from 200 ms
 * to 8 s, so that the agents of a fleet do not come back all at once. `random` is in [0, 1).
 */
export function backOffMs(failures: number, random: number): number {
  const range = Math.min(longestMs, firstMs * 2 ** Math.max(0, failures - 1));
  return Math.round(range / 2 + (random * range) / 2);
}
