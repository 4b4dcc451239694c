import { join } from "node:path";
import { runCommand } from "../../test/testbed/processes/run-command";
import { waitFor } from "../../test/testbed/wait-for";
import { agentStatus } from "./agent-status";
import type { Deployment } from "./deploy";
import { type Results, readResults } from "./read-results";

const assembler = join(__dirname, "..", "..", "assembler", "bin", "deeptrace-assembler.js");

/**
 * Waits until the agents have written `expected` spans and each of them is in exactly one trace: while spans still come, a
 * trace may be on its way from one document to another.
 */
export async function waitForTraces({ agents, elasticsearch }: Deployment, expected: number): Promise<void> {
  let seen = "";
  await waitFor(
    async () => {
      const statuses = await Promise.all(agents.map(({ apiUrl }) => agentStatus(apiUrl)));
      const paired = statuses.reduce((sum, status) => sum + (status?.spans.paired ?? 0), 0);
      const { spans, traces } = await readResults(elasticsearch.nodeUrl);
      const inTraces = traces.reduce((sum, { spanIds }) => sum + spanIds.length, 0);
      const before = seen;
      seen = `${paired} ${spans.length} ${inTraces} ${traces.length}`;
      // Two equal looks in a row, as a late span may still amend a trace.
      return paired >= expected && spans.length === paired && inTraces === spans.length && seen === before;
    },
    { timeoutMs: 60_000, everyMs: 500, what: `${expected} spans to be in traces` },
  ).catch((error: Error) => {
    const [paired, spans, inTraces, traces] = seen.split(" ");
    throw new Error(`${error.message}; agents paired ${paired}, wrote ${spans}; ${inTraces} are in ${traces} traces`);
  });
}

/** Prints a table of the newest traces and the waterfall of the slowest trace that is complete. */
export async function showTraces({ assemblerConfig }: Deployment, traces: Results["traces"]): Promise<void> {
  const slowest = traces.reduce((slower, trace) => (trace.durationNs > slower.durationNs ? trace : slower));
  console.log(`\n${await assemblerCommand(["traces", "--config", assemblerConfig, "--limit", "10"])}`);
  console.log(`\nThe slowest of ${traces.length}:\n`);
  console.log(`${await assemblerCommand(["trace", slowest.traceId, "--config", assemblerConfig])}\n`);
  console.log(`Who calls whom:\n\n${await callGraph(assemblerConfig)}\n`);
}

/** The call graph once calls are counted, which is some seconds after the last trace was written. */
async function callGraph(assemblerConfig: string): Promise<string> {
  const isCounted = async () => {
    const edges = await assemblerCommand(["graph", "--config", assemblerConfig, "--json"]);
    return edges !== "[]";
  };
  await waitFor(isCounted, { timeoutMs: 60_000, everyMs: 1000, what: "calls to be counted" });
  return assemblerCommand(["graph", "--config", assemblerConfig]);
}

/** Recounts the agents' spans against the traces and prints what the count says; fails if one is lost or in two traces. */
export async function verifySpans({ assemblerConfig }: Deployment): Promise<void> {
  console.log(await assemblerCommand(["verify", "--config", assemblerConfig]));
}

async function assemblerCommand(args: string[]): Promise<string> {
  const { stdout, stderr, code } = await runCommand([process.execPath, assembler, ...args]);
  if (code !== 0)
    throw new Error(`deeptrace-assembler ${args.join(" ")} ended with status ${code}: ${stdout}${stderr}`);
  return stdout.trimEnd();
}
