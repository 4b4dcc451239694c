/** Edit distance that counts a swap of neighbours as one step (optimal string alignment). */
function distance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, (beforeLast[j - 2] ?? 0) + 1);
      }
      row.push(best);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}

const plain = (key: string) => key.toLowerCase().replace(/[-_.\s]/g, "");

/**
 * The known key a mistyped one most likely stands for, or undefined if none is near.
 * `nearestKey("agent_nmae", ["agent_name", "host_ip"])` → `"agent_name"`; case and separators do not count.
 */
export function nearestKey(unknown: string, known: readonly string[]): string | undefined {
  const wanted = plain(unknown);
  const ranked = known
    .map((key) => ({ key, steps: distance(wanted, plain(key)) }))
    .sort((a, b) => a.steps - b.steps || a.key.localeCompare(b.key));
  const [first] = ranked;
  if (first && first.steps <= Math.max(1, Math.floor(wanted.length / 3))) return first.key;
  const containing = known.filter((key) => wanted.length >= 3 && plain(key).includes(wanted));
  return containing.length === 1 ? containing[0] : undefined;
}
