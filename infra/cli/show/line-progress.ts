import type { AgentReport } from "../agent-report";
import type { Progress } from "./progress";
import { columnsFor, reportLines, tally } from "./table";

/** One agent after the other, each as it is done: for logs, pipes and CI. */
export class LineProgress implements Progress {
  readonly #hosts: ReadonlyMap<string, string>;

  /** @param hosts by agent, all that will come */
  constructor(
    hosts: readonly { agent: string; host: string }[],
    private readonly print: (line: string) => void,
  ) {
    this.#hosts = new Map(hosts.map(({ agent, host }) => [agent, host]));
  }

  phase(): void {}

  done(report: AgentReport): void {
    const hosts = [...this.#hosts].map(([agent, host]) => ({ agent, host }));
    const columns = columnsFor(hosts, Number.POSITIVE_INFINITY);
    const host = this.#hosts.get(report.agent) ?? "";
    for (const line of reportLines(report, host, columns, (_, text) => text)) this.print(line);
  }

  finish(reports: readonly AgentReport[]): void {
    this.print(tally(reports));
  }
}
