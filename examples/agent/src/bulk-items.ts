import type { StoredSpan } from "./span-document";

/** What became of the spans of one bulk request. */
export interface BulkOutcome {
  written: number;
  /** To be sent again: Elasticsearch had no room for them just then. */
  retry: StoredSpan[];
  /** Refused for good, with the reason. */
  rejected: { id: string; reason: string }[];
}

interface BulkItem {
  status?: number;
  error?: { type?: string; reason?: string };
}

/** The body of a bulk request: `index` with the span's id, so that sending a span twice changes nothing. */
export function bulkBody(spans: readonly StoredSpan[]): string {
  return spans.map(({ id, json }) => `{"index":{"_id":"${id}"}}\n${json}\n`).join("");
}

/** Reads the answer item by item. Throws if it does not have one item per span. */
export function readBulkAnswer(spans: readonly StoredSpan[], answer: string): BulkOutcome {
  const items = (JSON.parse(answer) as { items?: { index?: BulkItem }[] }).items;
  if (!Array.isArray(items) || items.length !== spans.length) {
    throw new Error(`the bulk answer has ${items?.length ?? "no"} items for ${spans.length} spans`);
  }
  const outcome: BulkOutcome = { written: 0, retry: [], rejected: [] };
  spans.forEach((span, index) => {
    const { status = 0, error } = items[index]?.index ?? {};
    if (status === 200 || status === 201) outcome.written++;
    // 4xx but 429 is about the document itself: sending it again would fail forever.
    else if (status >= 400 && status < 500 && status !== 429)
      outcome.rejected.push({ id: span.id, reason: `${status} ${error?.type ?? ""}: ${error?.reason ?? ""}` });
    else outcome.retry.push(span);
  });
  return outcome;
}
