/** Where assembled traces lie. */
export const tracesIndex = "traces";
/** Where documents that are no spans are put down; matches the spans' own pattern, and is never read as spans. */
export const rejectedIndex = "spans_rejected";
/** Requests to each endpoint of each service, and calls between services, by minute. */
export const serviceMetricsIndex = "service_metrics";
export const callGraphIndex = "call_graph";
/** Cursors and leases. */
export const assemblerIndex = "deeptrace_assembler";

/** Who is in the fleet; the rollout writes it. */
export const agentListIndex = "agent_list";
/** How each agent is, as the assembler sees it. */
export const agentStatusIndex = "agent_status";

/** The alias or index that was written to: `spans_a1-000002`, which a rollover made, -> `spans_a1`. */
export function spanIndexFamily(index: string): string {
  return index.replace(/-\d{6}$/, "");
}

/** Agent of an index: its name without what the pattern has before its `*` (`spans_*`: `spans_a1-000002` -> `a1`). */
export function agentOfIndex(index: string, pattern: string): string {
  const family = spanIndexFamily(index);
  for (const part of pattern.split(",")) {
    const prefix = part.slice(0, part.indexOf("*"));
    if (part.includes("*") && prefix !== "" && family.startsWith(prefix)) return family.slice(prefix.length);
  }
  return family;
}

/** Whether a name is one of those that an index pattern (`spans_*,other`) stands for. */
export function matchesIndexPattern(name: string, pattern: string): boolean {
  const escaped = (text: string) => text.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*");
  return pattern.split(",").some((part) => new RegExp(`^${escaped(part)}$`).test(name));
}
