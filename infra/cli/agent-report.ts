/** How an agent stands after a command: as it should, not as it should, or nobody got in to see. */
export type Standing = "well" | "unwell" | "unreachable";

/** What a command found or did at one agent. */
export interface AgentReport {
  readonly agent: string;
  readonly standing: Standing;
  /** A word or two: `ok`, `drifted`, `stopped`. */
  readonly state: string;
  /** One line for people. */
  readonly summary: string;
  /** Further lines for people. */
  readonly details: readonly string[];
  /** The same for programs: the command's own keys of an agent in `--json`. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/** What scripts can tell from a command's exit status. */
export const exitStatus = { allWell: 0, someUnwell: 1, notStarted: 2, someUnreachable: 3, interrupted: 130 } as const;

/** A host that nobody could look into outweighs one that is known not to be well. */
export function exitStatusOf(reports: readonly Pick<AgentReport, "standing">[]): number {
  if (reports.some(({ standing }) => standing === "unreachable")) return exitStatus.someUnreachable;
  return reports.every(({ standing }) => standing === "well") ? exitStatus.allWell : exitStatus.someUnwell;
}
