/** A span as far as the ground truth needs it: its id and the text of its request. */
export interface RecordedSpan {
  spanId: string;
  requestContent: string;
}

/** A trace as far as the ground truth needs it. */
export interface AssembledTrace {
  spanIds: string[];
  complete: boolean;
}

/** How the traces compare with the `X-Request-Id` headers, which the assembler never looks at. */
export interface GroundTruthCount {
  /** Distinct request ids found in the spans. */
  requests: number;
  /** Traces that say of themselves that nothing is missing. */
  complete: number;
  /** Traces whose spans are exactly the spans of one request id. */
  correct: number;
}

const requestIdHeader = /^x-request-id:[ \t]*(\S+)/im;

/** Counts the traces that hold exactly the spans of one request. Spans without a request id make no trace correct. */
export function countCorrectTraces(spans: RecordedSpan[], traces: AssembledTrace[]): GroundTruthCount {
  const requestOfSpan = new Map<string, string>();
  const spansOfRequest = new Map<string, number>();
  for (const span of spans) {
    const requestId = requestIdHeader.exec(span.requestContent)?.[1];
    if (requestId === undefined) continue;
    requestOfSpan.set(span.spanId, requestId);
    spansOfRequest.set(requestId, (spansOfRequest.get(requestId) ?? 0) + 1);
  }
  const correct = traces.filter((trace) => {
    const first = requestOfSpan.get(trace.spanIds[0] ?? "");
    return (
      first !== undefined &&
      trace.spanIds.length === spansOfRequest.get(first) &&
      new Set(trace.spanIds).size === trace.spanIds.length &&
      trace.spanIds.every((spanId) => requestOfSpan.get(spanId) === first)
    );
  }).length;
  return { requests: spansOfRequest.size, complete: traces.filter((trace) => trace.complete).length, correct };
}
