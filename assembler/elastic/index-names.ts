/** Where assembled traces lie. */
export const tracesIndex = "traces";
/** Where documents that are no spans are put down; matches the spans' own pattern, and is never read as spans. */
export const rejectedIndex = "spans_rejected";
/** Cursors and leases. */
export const assemblerIndex = "deeptrace_assembler";

/** Agent of an index: its name without what the pattern has before its `*` (`spans_*`: `spans_a1` -> `a1`). */
export function agentOfIndex(index: string, pattern: string): string {
  for (const part of pattern.split(",")) {
    const prefix = part.slice(0, part.indexOf("*"));
    if (part.includes("*") && prefix !== "" && index.startsWith(prefix)) return index.slice(prefix.length);
  }
  return index;
}
