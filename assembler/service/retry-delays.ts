import type { ElasticErrorKind } from "../elastic/elastic-error";

/** A server may ask for any pause; beyond a minute it is asked again anyway. */
const longestAskedMs = 60_000;

/** Shortest and longest pause after an error, in milliseconds; each further one in a row may wait twice as long. */
const delays: Readonly<Record<ElasticErrorKind, { readonly least: number; readonly most: number }>> = {
  unreachable: { least: 200, most: 5_000 },
  busy: { least: 200, most: 10_000 },
  // The index will be there once someone makes it.
  missing: { least: 1_000, most: 10_000 },
  too_large: { least: 1_000, most: 30_000 },
  // A person has to change something first.
  denied: { least: 2_000, most: 30_000 },
  failed: { least: 1_000, most: 30_000 },
};

/**
 * Pause in milliseconds after the `failures`th error in a row (from 1); `chance` from 0 to 1 spreads retries out. Not
 * shorter than the server asked for (`Retry-After`).
 */
export function retryDelayMs(kind: ElasticErrorKind, failures: number, chance: number, askedMs = 0): number {
  const { least, most } = delays[kind];
  const longest = Math.min(most, least * 2 ** Math.min(failures, 16));
  return Math.max(Math.round(least + (longest - least) * chance), Math.min(askedMs, longestAskedMs));
}
