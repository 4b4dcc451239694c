import { Counter, Gauge, type Registry } from "prom-client";
import type { OtlpTally } from "./otlp-tally";

/** Adds what was exported and received to the metrics. When all is well, lag returns to 0 and the others' faults stand still. */
export function addOtlpMetrics(registry: Registry, tally: OtlpTally): void {
  const counter = (name: string, help: string, read: () => number) =>
    new Counter({
      name: `deeptrace_assembler_otlp_${name}_total`,
      help,
      registers: [registry],
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  counter("exported_traces", "Traces sent to the OTLP backend, first or again", () => tally.exportedTraces);
  counter("exported_spans", "Spans the OTLP backend took", () => tally.exportedSpans);
  counter("refused_spans", "Spans the OTLP backend will not take", () => tally.refusedSpans);
  counter("unreadable_traces", "Trace documents that could not be exported", () => tally.unreadableTraces);
  counter("export_failures", "Attempts to export that are repeated", () => tally.exportFailures);
  counter("received_spans", "Spans received by OTLP and stored", () => tally.receivedSpans);
  counter("faulty_spans", "Spans received by OTLP that are none", () => tally.faultySpans);
  counter("refused_requests", "OTLP requests answered with a fault", () => tally.refusedRequests);
  new Gauge({
    name: "deeptrace_assembler_otlp_export_lag",
    help: "Writes of traces that are still to be exported",
    registers: [registry],
    collect() {
      this.set(tally.exportLag);
    },
  });
}
