/** The result of one demo run; the first seven are the line of JSON that it prints last. */
export interface DemoReport {
  agents: number;
  /** Requests sent. */
  requests: number;
  /** Spans that the agents wrote. */
  spans: number;
  traces: number;
  /** Traces that miss nothing by their own account. */
  complete: number;
  /** Traces whose spans are exactly those of one `X-Request-Id`. */
  correct: number;
  /** Wall time from the start of the demo to its end, without the set-up of packages and tools. */
  seconds: number;
  /** Spans paired by the agents that are in no trace and not rejected. */
  spansLost: number;
}

/** The demo's last line. */
export function lastLine(report: DemoReport): string {
  const { agents, requests, spans, traces, complete, correct, seconds } = report;
  return JSON.stringify({ agents, requests, spans, traces, complete, correct, seconds });
}
