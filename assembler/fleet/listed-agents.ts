import type { ElasticConnection } from "../elastic/elastic-connection";
import { agentListIndex } from "../elastic/index-names";

/** An agent as the rollout entered it. */
export interface ListedAgent {
  readonly agent: string;
  readonly host: string;
  /** Alias or index that it writes to. */
  readonly index: string;
  /** `http://HOST:PORT`; undefined when the entry has none. */
  readonly apiUrl: string | undefined;
}

const mostAgents = 10_000;
const fields = ["agent_name", "host", "index_name", "api.url"];

interface Entry {
  readonly agent_name?: unknown;
  readonly host?: unknown;
  readonly index_name?: unknown;
  readonly api?: { readonly url?: unknown };
}

/** All agents of `agent_list`; undefined when there is no such index. Entries that lack what matters are left out. */
export async function listedAgents(connection: ElasticConnection): Promise<ListedAgent[] | undefined> {
  const { status, body } = await connection.ask({
    method: "POST",
    path: `/${agentListIndex}/_search`,
    body: { size: mostAgents, _source: fields, track_total_hits: false },
    allowed: [404],
  });
  if (status === 404) return undefined;
  const { hits } = JSON.parse(body.toString("utf8")) as { hits: { hits: { _source: Entry }[] } };
  return hits.hits.flatMap(({ _source }) => {
    const { agent_name: agent, host, index_name: index, api } = _source;
    if (typeof agent !== "string" || typeof index !== "string") return [];
    const apiUrl = typeof api?.url === "string" ? api.url : undefined;
    return [{ agent, host: typeof host === "string" ? host : "", index, apiUrl }];
  });
}
