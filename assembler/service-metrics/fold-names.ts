/** Stands for all names beyond the bound. */
export const otherName = "other";

export interface Folded<T> {
  readonly entries: ReadonlyMap<string, T>;
  /** Names that were put together as `other`. */
  readonly names: number;
}

/**
 * Keeps the `most` names with the highest counts, of equal ones the first by name, and merges all others into `other`.
 * The result is the same for any order of the entries.
 */
export function foldNames<T>(
  entries: ReadonlyMap<string, T>,
  most: number,
  countOf: (entry: T) => number,
  merge: (into: T | undefined, entry: T) => T,
): Folded<T> {
  if (entries.size <= most) return { entries, names: 0 };
  const byCount = [...entries].sort(([leftName, left], [rightName, right]) => {
    return countOf(right) - countOf(left) || (leftName < rightName ? -1 : 1);
  });
  const kept = new Map(byCount.slice(0, most));
  let other = kept.get(otherName);
  for (const [, entry] of byCount.slice(most)) other = merge(other, entry);
  if (other !== undefined) kept.set(otherName, other);
  return { entries: kept, names: entries.size - most };
}
