import { Client } from "@elastic/elasticsearch";
import type { AssembledTrace, RecordedSpan } from "./ground-truth";

/** All spans and all traces, as far as the ground truth needs them. */
export interface Results {
  spans: RecordedSpan[];
  traces: (AssembledTrace & { traceId: string; durationNs: number })[];
}

interface SpanSource {
  context: { span_id: string };
  content: { req_content: string };
}

interface TraceSource {
  trace_id: string;
  span_ids: string[];
  complete: boolean;
  e2e_duration: number;
}

/** Reads everything that agents and assembler wrote to the Elasticsearch at `url`. */
export async function readResults(url: string): Promise<Results> {
  const client = new Client({ node: url });
  try {
    await client.indices.refresh({ index: "spans_*,traces", allow_no_indices: true });
    const spans: RecordedSpan[] = [];
    const spanSearch = {
      index: "spans_*,-spans_rejected",
      size: 1000,
      _source: ["context.span_id", "content.req_content"],
    };
    for await (const { context, content } of client.helpers.scrollDocuments<SpanSource>(spanSearch)) {
      spans.push({ spanId: context.span_id, requestContent: content.req_content });
    }
    const traces: Results["traces"] = [];
    const traceSearch = { index: "traces", size: 1000, _source: ["trace_id", "span_ids", "complete", "e2e_duration"] };
    for await (const trace of client.helpers.scrollDocuments<TraceSource>(traceSearch)) {
      const { trace_id: traceId, span_ids: spanIds, complete, e2e_duration: durationNs } = trace;
      traces.push({ traceId, spanIds, complete, durationNs });
    }
    return { spans, traces };
  } finally {
    await client.close();
  }
}
