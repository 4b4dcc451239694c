import { Counter, Gauge, type Registry } from "prom-client";
import type { MetricsKeeper } from "./metrics-keeper";

/**
 * What `/metrics` says of `service_metrics` and `call_graph`. When all is well, `lag_seconds` stays below
 * `service_metrics.max_wait_ms` plus the time of a count, and refused, unreadable and folded stand still.
 */
export function addKeeperMetrics(registry: Registry, keeper: MetricsKeeper): void {
  const { tally } = keeper;
  const gauges: readonly [name: string, help: string, read: () => number][] = [
    ["minutes_dirty", "Minutes whose metrics have to be counted again", () => keeper.log?.dirty.size ?? 0],
    [
      "recounting_all",
      "1 while all stored minutes are counted again",
      () => Number(keeper.log?.dirty.isEverything ?? 0),
    ],
    ["lag_seconds", "How long the oldest change of a minute has waited to be counted", () => lagSeconds(keeper)],
  ];
  for (const [name, help, read] of gauges) {
    new Gauge({
      name: `deeptrace_assembler_service_metrics_${name}`,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  }
  const counters: readonly [name: string, help: string, read: () => number][] = [
    ["minutes_counted", "Minutes counted, first or again", () => tally.minutesCounted],
    ["traces_read", "Trace documents read to count minutes", () => tally.tracesRead],
    ["documents_written", "Documents written to service_metrics and call_graph", () => tally.documentsWritten],
    ["documents_deleted", "Documents deleted there, as nothing is left to count", () => tally.documentsDeleted],
    ["documents_refused", "Documents Elasticsearch would not take", () => tally.documentsRefused],
    ["names_folded", "Endpoints and callees counted as `other`, as there are too many", () => tally.namesFolded],
    ["traces_unreadable", "Stored traces that cannot be read", () => tally.tracesUnreadable],
  ];
  for (const [name, help, read] of counters) {
    new Counter({
      name: `deeptrace_assembler_service_metrics_${name}_total`,
      help,
      registers: [registry],
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  }
}

function lagSeconds({ log }: MetricsKeeper): number {
  const since = log?.dirty.oldestSince;
  return since === undefined ? 0 : (performance.now() - since) / 1000;
}
