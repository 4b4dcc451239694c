import { Counter, collectDefaultMetrics, Histogram, Registry } from "prom-client";
import { exposedValues } from "../exposed-values";
import type { ServiceState } from "./service-state";

export interface Metrics {
  readonly registry: Registry;
  /** Seconds of one turn. */
  observeTurn(seconds: number): void;
}

/**
 * The counters in `/metrics`. When all is well: `lag_spans` returns to 0, rejected, refused, conflicts and early writes
 * stand still.
 */
export function makeMetrics(state: ServiceState): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({});
  collectDefaultMetrics({ register: registry });
  const { tally } = state;
  const { counter, gauge } = exposedValues(registry, "deeptrace_assembler");
  counter("spans_read", "Span documents read", () => tally.spansRead);
  counter("spans_rejected", "Documents put down in spans_rejected", () => tally.spansRejected);
  counter("traces_written", "Trace documents written, first or again", () => tally.tracesWritten);
  counter("traces_amended", "Trace documents that replaced an earlier version", () => tally.tracesAmended);
  counter("traces_unchanged", "Traces that came out as they were stored", () => tally.tracesUnchanged);
  counter("traces_deleted", "Trace documents deleted because their spans are in others", () => tally.tracesDeleted);
  counter("traces_refused", "Traces Elasticsearch would not take", () => tally.tracesRefused);
  counter("traces_cut", "Trace ids that more spans carry than a trace takes", () => tally.tracesCut);
  counter("conflicts", "Trace documents found in another version than expected", () => tally.conflicts);
  counter("traces_without_minute", "Traces written that count in no minute", () => tally.tracesWithoutMinute);
  counter("traces_forgotten_early", "Written traces that left memory early", () => tally.forgottenEarly);
  new Counter({
    name: "deeptrace_assembler_writes_total",
    help: "Traces due to be written, by reason: all but quiet are early or late",
    labelNames: ["reason"],
    registers: [registry],
    collect() {
      this.reset();
      for (const [reason, count] of tally.writesByReason) this.inc({ reason }, count);
    },
  });
  gauge("open_spans", "Spans in memory, of open and recent traces", () => state.assembly?.window.size ?? 0);
  gauge("open_traces", "Traces that differ from what is stored", () => state.assembly?.window.groups.open.size ?? 0);
  gauge("lag_spans", "Documents between the cursors and the shards' checkpoints", () => tally.lagSpans);
  gauge("refresh_denied", "1 while spans wait for their indices' own refresh, as refreshing is refused", () =>
    tally.refreshRefusal === undefined ? 0 : 1,
  );
  gauge("active", "1 while this assembler holds the lease of its name", () => (state.role === "active" ? 1 : 0));
  gauge("maintenance", "1 while the mode is maintenance", () => (state.mode === "maintenance" ? 1 : 0));
  const turns = new Histogram({
    name: "deeptrace_assembler_poll_seconds",
    help: "Duration of a turn: read, assemble, write",
    buckets: [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30],
    registers: [registry],
  });
  return { registry, observeTurn: (seconds) => turns.observe(seconds) };
}
