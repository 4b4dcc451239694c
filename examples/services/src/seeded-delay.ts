import { setTimeout } from "node:timers/promises";

/**
 * Waits a while that depends on the seed alone, between `minMs` and `maxMs`, so that a run can be repeated while the
 * requests of one run overlap in every order.
 */
export function seededDelay(seed: string, minMs: number, maxMs: number): Promise<void> {
  return setTimeout(minMs + seededFraction(seed) * (maxMs - minMs));
}

/** A number in [0, 1) that depends on the seed alone (FNV-1a). */
export function seededFraction(seed: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(seed)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  // The last bytes of a seed differ most between requests, and FNV-1a spreads them to the low bits first.
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 0;
  return ((hash ^ (hash >>> 12)) >>> 0) / 0x1_0000_0000;
}
