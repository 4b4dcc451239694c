import { entryOf } from "../collections/entry-of";
import { type DurationHistogram, histogramPercentile } from "../service-metrics/duration-histogram";
import type { Minute } from "../trace/minute";
import type { StoredCall, StoredService } from "./find-metrics";

/** Lines of one name over several minutes. Durations in nanoseconds. */
export interface MergedLine {
  /** `[service, endpoint]` or `[caller, callee]`. */
  readonly names: readonly [string, string];
  readonly count: number;
  readonly errors: number;
  /** Requests per second, over the minutes from the first to the last of all lines. */
  readonly per_second: number;
  readonly avg_duration: number;
  /** Of one minute exact; of several, at most 1/64 too low. */
  readonly p50_duration: number;
  readonly p95_duration: number;
  readonly p99_duration: number;
  readonly max_duration: number;
  /** Calls whose other side was not seen; 0 of services. */
  readonly unseen: number;
}

type Stored = (StoredService | StoredCall) & { readonly unseen?: number };

/** Adds up lines of the same names, those that came most often first. */
export function mergeLines<T extends Stored>(
  lines: readonly T[],
  namesOf: (line: T) => readonly [string, string],
): MergedLine[] {
  const groups = new Map<string, { names: readonly [string, string]; lines: T[] }>();
  let first: Minute = Number.POSITIVE_INFINITY;
  let last: Minute = Number.NEGATIVE_INFINITY;
  for (const line of lines) {
    const names = namesOf(line);
    entryOf(groups, JSON.stringify(names), () => ({ names, lines: [] as T[] })).lines.push(line);
    first = Math.min(first, line.minute);
    last = Math.max(last, line.minute);
  }
  const seconds = (last - first) / 1000 + 60;
  return [...groups.values()]
    .map((group) => merged(group.names, group.lines, seconds))
    .sort((left, right) => right.count - left.count || (left.names.join() < right.names.join() ? -1 : 1));
}

function merged(names: readonly [string, string], lines: readonly Stored[], seconds: number): MergedLine {
  const [only] = lines as [Stored];
  const histogram: DurationHistogram = new Map();
  const sums = { count: 0, errors: 0, unseen: 0, max_duration: 0 };
  let duration = 0;
  for (const line of lines) {
    sums.count += line.count;
    sums.errors += line.errors;
    sums.unseen += line.unseen ?? 0;
    sums.max_duration = Math.max(sums.max_duration, line.max_duration);
    duration += line.avg_duration * line.count;
    for (const [bucket, count] of line.histogram) histogram.set(bucket, (histogram.get(bucket) ?? 0) + count);
  }
  const percentile = (percent: number) => Number(histogramPercentile(histogram, percent));
  const isExact = lines.length === 1;
  return {
    names,
    ...sums,
    per_second: sums.count / seconds,
    avg_duration: Math.round(duration / sums.count),
    p50_duration: isExact ? only.p50_duration : percentile(50),
    p95_duration: isExact ? only.p95_duration : percentile(95),
    p99_duration: isExact ? only.p99_duration : percentile(99),
  };
}
