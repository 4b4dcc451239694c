import type { Registry } from "prom-client";
import { exposedValues } from "../exposed-values";
import type { MetricsKeeper } from "./metrics-keeper";

/**
 * What `/metrics` says of `service_metrics` and `call_graph`. When all is well, `lag_seconds` stays below
 * `service_metrics.max_wait_ms` plus the time of a count, and refused, unreadable and folded stand still.
 */
export function addKeeperMetrics(registry: Registry, keeper: MetricsKeeper): void {
  const { tally } = keeper;
  const { counter, gauge } = exposedValues(registry, "deeptrace_assembler_service_metrics");
  gauge("minutes_dirty", "Minutes whose metrics have to be counted again", () => keeper.log?.dirty.size ?? 0);
  gauge("recounting_all", "1 while all stored minutes are counted again", () =>
    Number(keeper.log?.dirty.isEverything ?? 0),
  );
  gauge("lag_seconds", "How long the oldest change of a minute has waited to be counted", () => lagSeconds(keeper));
  counter("minutes_counted", "Minutes counted, first or again", () => tally.minutesCounted);
  counter("traces_read", "Trace documents read to count minutes", () => tally.tracesRead);
  counter("documents_written", "Documents written to service_metrics and call_graph", () => tally.documentsWritten);
  counter("documents_deleted", "Documents deleted there, as nothing is left to count", () => tally.documentsDeleted);
  counter("documents_refused", "Documents Elasticsearch would not take", () => tally.documentsRefused);
  counter("names_folded", "Endpoints and callees counted as `other`, as there are too many", () => tally.namesFolded);
  counter("traces_unreadable", "Stored traces that cannot be read", () => tally.tracesUnreadable);
}

function lagSeconds({ log }: MetricsKeeper): number {
  const since = log?.dirty.oldestSince;
  return since === undefined ? 0 : (performance.now() - since) / 1000;
}
