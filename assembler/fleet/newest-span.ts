import type { ElasticConnection } from "../elastic/elastic-connection";
import { readSearchHits } from "../elastic/search-hits";

/** `start_time` of the document that came last in an alias or index, by its host's clock: nanoseconds, as digits. */
export async function newestSpanStart(connection: ElasticConnection, index: string): Promise<string | undefined> {
  const request = {
    method: "POST",
    path: `/${encodeURIComponent(index)}/_search`,
    query: { ignore_unavailable: "true" },
    body: {
      size: 1,
      sort: [{ _seq_no: "desc" }],
      _source: ["metric.start_time", "start_time"],
      track_total_hits: false,
    },
  } as const;
  const { hits } = await connection.askFor(request, readSearchHits);
  return /"start_time":\s*"?(\d{1,20})\b/.exec(hits[0]?.source.toString() ?? "")?.[1];
}
