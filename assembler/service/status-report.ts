import type { AccuracyBoard } from "../accuracy/accuracy-board";
import { accuracyReport } from "../accuracy/accuracy-report";
import type { AssemblerSettings } from "../settings/assembler-settings";
import type { ServiceState } from "./service-state";

/** What `GET /api/status` shows. */
export function statusReport(state: ServiceState, settings: AssemblerSettings, accuracy: AccuracyBoard): object {
  const { tally, assembly } = state;
  return {
    name: settings.name,
    status: state.standing,
    role: state.role,
    mode: state.mode,
    term: state.term,
    fault: state.fault ?? null,
    refresh_refusal: tally.refreshRefusal ?? null,
    pid: process.pid,
    uptime_seconds: Math.round(process.uptime()),
    turns: state.turns,
    open_traces: assembly?.window.groups.open.size ?? 0,
    open_spans: assembly?.window.size ?? 0,
    lag_spans: tally.lagSpans,
    spans_read: tally.spansRead,
    spans_rejected: tally.spansRejected,
    traces_written: tally.tracesWritten,
    traces_without_minute: tally.tracesWithoutMinute,
    link_accuracy: accuracyReport(accuracy),
    settings: {
      reading: settings.reading,
      grouping: settings.grouping,
      log: settings.log,
      http: { address: settings.http.address, port: settings.http.port },
      elastic: { url: settings.elastic.url },
    },
  };
}
