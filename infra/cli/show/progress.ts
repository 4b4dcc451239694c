import type { AgentReport } from "../agent-report";

/** Shows how a command gets on at each agent. */
export interface Progress {
  /** What is being done at an agent now. */
  phase(agent: string, words: string): void;
  done(report: AgentReport): void;
  /** All are done. */
  finish(reports: readonly AgentReport[]): void;
}

/** For output that programs read: nothing before the end. */
export const silentProgress: Progress = { phase() {}, done() {}, finish() {} };
