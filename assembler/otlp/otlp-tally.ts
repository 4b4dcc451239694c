/** Counts since the start of the process, for metrics. */
export class OtlpTally {
  /** Traces sent, each time they were. */
  exportedTraces = 0;
  exportedSpans = 0;
  /** Spans the backend will not take. */
  refusedSpans = 0;
  /** Trace documents that could not be read as such. */
  unreadableTraces = 0;
  /** Attempts that came to nothing and are repeated. */
  exportFailures = 0;
  /** Trace documents between the export's cursors and what is written. */
  exportLag = 0;
  /** Spans received and stored. */
  receivedSpans = 0;
  /** Spans received that are none, by their own fault. */
  faultySpans = 0;
  /** Requests answered with a status that is no success. */
  refusedRequests = 0;
}
