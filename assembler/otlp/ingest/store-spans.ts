import { bulk } from "../../elastic/bulk";
import type { ElasticConnection } from "../../elastic/elastic-connection";
import { RawText } from "../../json/raw-text";
import type { ExportResponse } from "../otlp-model";
import type { OtlpTally } from "../otlp-tally";
import { RequestFault } from "./read-request";
import { type OtlpDocument, receivedSpans, spanDocument } from "./span-document";

/** Reasons that the answer names; the rest are counted. */
const mostReasons = 5;

export interface SpanStoring {
  readonly connection: ElasticConnection;
  readonly index: string;
  readonly tally: OtlpTally;
}

/**
 * Stores the spans of an export request and says what became of them; faulty ones hold up no other. Returns only when
 * Elasticsearch has taken all that can be taken. Throws RequestFault or ElasticError when the client is to send all of
 * it again.
 */
export async function storeSpans({ connection, index, tally }: SpanStoring, request: unknown): Promise<ExportResponse> {
  const documents: OtlpDocument[] = [];
  const reasons: string[] = [];
  for (const received of receivedSpans(request)) {
    const document = spanDocument(received);
    if ("reason" in document) reasons.push(document.reason);
    else documents.push(document);
  }
  const operations = documents.map(({ id, text }) => ({
    action: { index: { _id: id } },
    document: RawText.from(text),
  }));
  for (const [place, outcome] of (await bulk(connection, index, operations)).entries()) {
    if (outcome.kind === "busy") throw new RequestFault(503, `Elasticsearch did not take all spans: ${outcome.reason}`);
    if (outcome.kind === "refused") reasons.push(`span ${documents[place]?.id}: ${outcome.reason}`);
  }
  tally.receivedSpans += documents.length;
  tally.faultySpans += reasons.length;
  return reasons.length === 0 ? {} : { partialSuccess: partialSuccess(reasons) };
}

function partialSuccess(reasons: readonly string[]) {
  const more = reasons.length - mostReasons;
  const named = reasons.slice(0, mostReasons).join("; ");
  return { rejectedSpans: String(reasons.length), errorMessage: more > 0 ? `${named}; and ${more} more` : named };
}
