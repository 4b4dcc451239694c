import { MetricsTally } from "../../../../assembler/service-metrics/metrics-tally";
import { MinuteLog } from "../../../../assembler/service-metrics/minute-log";
import { Recount } from "../../../../assembler/service-metrics/recount";
import { MemoryMetricsStore } from "./memory-metrics-store";
import type { MemoryStore } from "./memory-store";

const never = new AbortController().signal;

export function recountOver(store: MemoryMetricsStore, log: MinuteLog, mostNames: number, now: () => number): Recount {
  const counter = { store, mostNames, tally: new MetricsTally(), notice: () => {}, fence: () => {} };
  return new Recount(counter, log, { restMs: 100, latestMs: 300 }, now);
}

/** Texts of all metrics of the stored traces, counted at once by somebody who knows of none. */
export async function countedCold(store: MemoryStore, mostNames: number): Promise<string[]> {
  const metrics = new MemoryMetricsStore(store);
  const log = await MinuteLog.open(metrics, () => 0);
  const recount = recountOver(metrics, log, mostNames, () => 0);
  while (await recount.pass(never, undefined, true));
  return metrics.texts();
}
