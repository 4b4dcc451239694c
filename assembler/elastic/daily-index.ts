/** Names of daily indices, `ALIAS-YYYY.MM.DD` (UTC), behind an alias to read them all by. Pure. */

const dayMs = 86_400_000;

/** `traces`, a moment (ms since 1970) -> `traces-2026.11.21`. */
export function dailyIndexName(alias: string, at: number): string {
  return `${alias}-${new Date(at).toISOString().slice(0, 10).replaceAll("-", ".")}`;
}

/** First moment of the day that an index holds; undefined when it is no daily index of this alias. */
export function dayOfIndex(index: string, alias: string): number | undefined {
  if (!index.startsWith(`${alias}-`)) return undefined;
  const [, year, month, day] = /^(\d{4})\.(\d{2})\.(\d{2})$/.exec(index.slice(alias.length + 1)) ?? [];
  if (year === undefined) return undefined;
  const at = Date.parse(`${year}-${month}-${day}T00:00:00Z`);
  return Number.isNaN(at) ? undefined : at;
}

/** All daily indices of an alias, as a search takes it; other things that begin with its name do not match. */
export function dailyIndexPattern(alias: string): string {
  return `${alias}-2*`;
}

export interface TargetFacts {
  readonly alias: string;
  /** Indices behind the alias, or the index of that name itself. */
  readonly existing: readonly string[];
  /** Milliseconds since 1970 by the host's clock. */
  readonly now: number;
  /** Whether requests of whoever wrote before may still be under way. */
  readonly isUnsettled: boolean;
}

/**
 * Where new documents go: the index of today. The latest index stays the one where it is tomorrow's (another host's
 * clock was ahead), and where it is yesterday's as long as things are unsettled: a create that is still under way in
 * one index would not be seen by a create of the same id in another. An index that has the alias' own name takes
 * everything.
 */
export function targetIndex({ alias, existing, now, isUnsettled }: TargetFacts): string {
  if (existing.includes(alias)) return alias;
  const today = dailyIndexName(alias, now);
  if (existing.includes(dailyIndexName(alias, now + dayMs))) return dailyIndexName(alias, now + dayMs);
  if (existing.includes(today)) return today;
  const yesterday = dailyIndexName(alias, now - dayMs);
  return isUnsettled && existing.includes(yesterday) ? yesterday : today;
}
