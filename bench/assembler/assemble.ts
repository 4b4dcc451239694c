import type { Assembly } from "../../assembler/assembly";
import type { ElasticConnection } from "../../assembler/elastic/elastic-connection";
import { ElasticCursorStore } from "../../assembler/elastic/elastic-cursor-store";
import { ElasticSpanSource } from "../../assembler/elastic/elastic-span-source";
import { ElasticTraceStore } from "../../assembler/elastic/elastic-trace-store";
import { openAssembly } from "../../assembler/open-assembly";
import { runTurn } from "../../assembler/stages";
import { spansPerTrace } from "./span-stream";
import { Stopwatch, type Taken } from "./stopwatch";

const pageSize = 5000;
/** The service's defaults. */
const limits = { quietPeriodMs: 2000, maxWaitMs: 30_000, recentMs: 30_000, maxOpenSpans: 250_000 };

/**
 * Assembles all spans as the service does when it finds them at its start, and stops as soon as it has read them, which
 * writes what is still open. Without lease and HTTP.
 */
export async function assembleTraces(connection: ElasticConnection, pattern: string): Promise<Taken> {
  const started = new Stopwatch();
  const assembly = await open(connection, pattern, limits);
  while ((await runTurn(assembly, { isFollowed: true })).more);
  while (assembly.window.groups.open.size > 0) await runTurn(assembly, { isStopping: true });
  const taken = started.read();
  const { tracesWritten, tracesAmended, spansRead } = assembly.tally;
  if ((tracesWritten - tracesAmended) * spansPerTrace !== spansRead) {
    throw new Error(`${spansRead} spans became ${tracesWritten - tracesAmended} traces`);
  }
  return taken;
}

/** Reads all spans while no trace comes to rest; returns how many are open then. */
export async function holdOpen(connection: ElasticConnection, pattern: string): Promise<number> {
  const endless = 1e12;
  const patient = { quietPeriodMs: endless, maxWaitMs: endless, recentMs: endless, maxOpenSpans: endless };
  const assembly = await open(connection, pattern, patient);
  while ((await runTurn(assembly, { isFollowed: true })).more);
  return assembly.window.size;
}

function open(connection: ElasticConnection, pattern: string, some: Assembly["limits"]): Promise<Assembly> {
  return openAssembly({
    limits: some,
    store: {
      source: new ElasticSpanSource(connection, pattern, pageSize, { decodes: true }),
      traces: new ElasticTraceStore(connection),
      cursors: new ElasticCursorStore(connection, "bench"),
    },
    now: () => performance.now(),
  });
}
