import { followPatienceSeconds, logScript } from "../../host-scripts/log-script";
import type { AgentReport } from "../agent-report";
import { programOf } from "../program-of";
import type { AgentWork } from "../run-on-agents";

export interface LogOptions {
  readonly lines: number;
  /** Goes on until it is aborted; absent: the last lines only. */
  readonly followUntil: AbortSignal | undefined;
  /** Each line of a log that is followed, as it comes. */
  readonly onLine: (agent: string, line: string) => void;
}

/** The last lines of agents' logs, in the report's `facts.lines`, or every line from then on. */
export function logsWork({ lines, followUntil, onLine }: LogOptions): AgentWork {
  return async (agent, host, say): Promise<AgentReport> => {
    say("reading the log");
    const script = { label: "deeptrace-logs", text: logScript(programOf(agent), lines, followUntil !== undefined) };
    const { code, stdout, stderr } =
      followUntil === undefined
        ? await host.run({ ...script, timeLimitSeconds: 60 })
        : await host.run(script, {
            outputLimit: 64 * 1024,
            heartbeat: { everyMs: (followPatienceSeconds * 1000) / 4, until: followUntil },
            onLine: (line, stream) => stream === "stdout" && onLine(agent.name, line),
          });
    if (code !== 0) throw new Error(stderr.trim().split("\n").at(-1) || `the log cannot be read (status ${code})`);
    const read = followUntil === undefined ? stdout.split("\n").filter((line) => line !== "") : [];
    return {
      agent: agent.name,
      standing: "well",
      state: "ok",
      summary: read.length === 0 ? "no lines" : `${read.length} lines`,
      details: [],
      facts: { lines: read },
    };
  };
}
