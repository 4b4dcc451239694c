/**
 * Merges new items into a sorted list, in place, and returns the first index that changed. What comes late is mostly
 * new, so merging from the end moves little.
 */
export function mergeSorted<T>(sorted: T[], fresh: T[], compare: (left: T, right: T) => number): number {
  fresh.sort(compare);
  let from = sorted.length - 1;
  let next = fresh.length - 1;
  sorted.length += fresh.length;
  let to = sorted.length - 1;
  while (next >= 0) {
    const item = fresh[next] as T;
    if (from >= 0 && compare(sorted[from] as T, item) > 0) {
      sorted[to] = sorted[from] as T;
      from -= 1;
    } else {
      sorted[to] = item;
      next -= 1;
    }
    to -= 1;
  }
  return to + 1;
}
