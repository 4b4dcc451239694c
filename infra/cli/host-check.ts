import type { ClockOffset } from "./clock-offset";

/** One thing an agent needs of its host. */
export interface Check {
  readonly check: string;
  readonly result: "ok" | "warning" | "failed";
  /** What was found. */
  readonly found: string;
  /** What to do about it; absent if nothing is. */
  readonly advice?: string;
}

/** What was found on a host: the lines of `host-check-script.ts`, and its clock. */
export interface HostFacts {
  readonly facts: ReadonlyMap<string, string>;
  readonly clock: ClockOffset | undefined;
}
