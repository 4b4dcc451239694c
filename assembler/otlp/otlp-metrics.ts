import type { Registry } from "prom-client";
import { exposedValues } from "../exposed-values";
import type { OtlpTally } from "./otlp-tally";

/** Adds what was exported and received to the metrics. When all is well, lag returns to 0 and the others' faults stand still. */
export function addOtlpMetrics(registry: Registry, tally: OtlpTally): void {
  const { counter, gauge } = exposedValues(registry, "deeptrace_assembler_otlp");
  counter("exported_traces", "Traces sent to the OTLP backend, first or again", () => tally.exportedTraces);
  counter("exported_spans", "Spans the OTLP backend took", () => tally.exportedSpans);
  counter("refused_spans", "Spans the OTLP backend will not take", () => tally.refusedSpans);
  counter("unreadable_traces", "Trace documents that could not be exported", () => tally.unreadableTraces);
  counter("export_failures", "Attempts to export that are repeated", () => tally.exportFailures);
  counter("received_spans", "Spans received by OTLP and stored", () => tally.receivedSpans);
  counter("faulty_spans", "Spans received by OTLP that are none", () => tally.faultySpans);
  counter("refused_requests", "OTLP requests answered with a fault", () => tally.refusedRequests);
  gauge("export_lag", "Writes of traces that are still to be exported", () => tally.exportLag);
}
