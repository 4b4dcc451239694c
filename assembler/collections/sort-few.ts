/** Longer lists are left to `sort`, which copies them first: that costs more than sorting ten items. */
const few = 32;

/** Sorts in place, mostly lists of a few items. */
export function sortFew<T>(items: T[], compare: (left: T, right: T) => number): T[] {
  if (items.length > few) return items.sort(compare);
  for (let next = 1; next < items.length; next += 1) {
    const item = items[next] as T;
    let place = next;
    for (; place > 0 && compare(items[place - 1] as T, item) > 0; place -= 1) items[place] = items[place - 1] as T;
    items[place] = item;
  }
  return items;
}

/** As `sort` does without a function. */
export function byText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
