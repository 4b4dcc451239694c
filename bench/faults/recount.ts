import { spanNumber, spansPerTrace } from "./workload";

export interface Recount {
  readonly documents: number;
  readonly lost: number;
  readonly duplicated: number;
  /** Requests whose spans lie in more than one document. */
  readonly split: number;
  /** Documents with spans of more than one request. */
  readonly mixed: number;
}

interface ScrollAnswer {
  readonly _scroll_id: string;
  readonly hits: { readonly hits: { readonly _source: { readonly spans: { readonly span_id: string }[] } }[] };
}

/**
 * Counts what the traces hold against what was written, by ways of its own: Elasticsearch's scroll, plain JSON, and the
 * spans in each document rather than its list of ids. `url` is the node's, without a password.
 */
export async function recount(url: string, traces: number): Promise<Recount> {
  const times = new Uint8Array(traces * spansPerTrace);
  const documentOf = new Int32Array(traces);
  const isSplit = new Uint8Array(traces);
  let documents = 0;
  let mixed = 0;
  await ask(url, "POST", "/traces/_refresh");
  const query = { size: 2000, _source: ["spans.span_id"], sort: ["_doc"] };
  let page = await ask<ScrollAnswer>(url, "POST", "/traces/_search?scroll=5m", query);
  while (page.hits.hits.length > 0) {
    for (const { _source } of page.hits.hits) {
      documents += 1;
      const requests = new Set<number>();
      for (const { span_id } of _source.spans) {
        const number = spanNumber(span_id);
        if (number === undefined || number >= times.length)
          throw new Error(`a trace holds ${span_id}, which nobody wrote`);
        times[number] = (times[number] as number) + 1;
        requests.add(Math.floor(number / spansPerTrace));
      }
      if (requests.size > 1) mixed += 1;
      for (const request of requests) {
        if (documentOf[request] !== 0) isSplit[request] = 1;
        documentOf[request] = documents;
      }
    }
    page = await ask<ScrollAnswer>(url, "POST", "/_search/scroll", { scroll: "5m", scroll_id: page._scroll_id });
  }
  await ask(url, "DELETE", "/_search/scroll", { scroll_id: page._scroll_id });
  return {
    documents,
    lost: times.filter((count) => count === 0).length,
    duplicated: times.filter((count) => count > 1).length,
    split: isSplit.filter((flag) => flag === 1).length,
    mixed,
  };
}

/** How many documents an index pattern holds. */
export async function countDocuments(url: string, pattern: string): Promise<number> {
  await ask(url, "POST", `/${pattern}/_refresh`);
  return (await ask<{ count: number }>(url, "GET", `/${pattern}/_count`)).count;
}

async function ask<T>(url: string, method: string, path: string, body?: object): Promise<T> {
  const response = await fetch(url + path, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}
