import { bulk } from "../elastic/bulk";
import type { ElasticConnection } from "../elastic/elastic-connection";
import { ElasticError } from "../elastic/elastic-error";
import { readSearchHits } from "../elastic/search-hits";

const documentsAtOnce = 5000;

export interface Expiry {
  readonly index: string;
  /** Field with the milliseconds since 1970 that a document's age is counted from. */
  readonly field: string;
  readonly before: number;
}

/**
 * Deletes the old documents of an index that is written to by document id, whatever the day, and is small beside those
 * of spans and traces; returns how many. Throws ElasticError.
 */
export async function expireDocuments(
  connection: ElasticConnection,
  { index, field, before }: Expiry,
  fence: () => void,
): Promise<number> {
  let deleted = 0;
  for (;;) {
    const { hits } = await connection.askFor(
      {
        method: "POST",
        path: `/${index}/_search`,
        query: { allow_partial_search_results: "false", ignore_unavailable: "true" },
        body: {
          size: documentsAtOnce,
          query: { range: { [field]: { lt: before } } },
          sort: ["_doc"],
          _source: false,
          track_total_hits: false,
        },
      },
      readSearchHits,
    );
    if (hits.length === 0) return deleted;
    fence();
    const outcomes = await bulk(
      connection,
      index,
      hits.map(({ id }) => ({ action: { delete: { _id: id } } })),
    );
    const busy = outcomes.find(({ kind }) => kind === "busy");
    if (busy !== undefined) throw new ElasticError("busy", `old documents of ${index} were not deleted`);
    deleted += hits.length;
    await connection.ask({ method: "POST", path: `/${index}/_refresh` });
  }
}
