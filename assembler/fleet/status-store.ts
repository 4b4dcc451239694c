import { bulk } from "../elastic/bulk";
import type { BulkOperation } from "../elastic/bulk-body";
import type { ElasticConnection } from "../elastic/elastic-connection";
import { ElasticError } from "../elastic/elastic-error";
import { agentStatusIndex } from "../elastic/index-names";
import { RawText } from "../json/raw-text";
import type { AgentStatus } from "./agent-status";

const mostAgents = 10_000;

/** All documents of `agent_status`, by agent; of those of one assembler when its name is given. */
export async function readStatuses(connection: ElasticConnection, assembler?: string): Promise<AgentStatus[]> {
  const { status, body } = await connection.ask({
    method: "POST",
    path: `/${agentStatusIndex}/_search`,
    body: {
      size: mostAgents,
      query: assembler === undefined ? { match_all: {} } : { term: { assembler } },
      sort: [{ agent: "asc" }],
      track_total_hits: false,
    },
    allowed: [404],
  });
  if (status === 404) return [];
  const { hits } = JSON.parse(body.toString("utf8")) as { hits: { hits: { _source: AgentStatus }[] } };
  return hits.hits.map(({ _source }) => _source);
}

/** Writes each agent's document whole and removes those of agents that have left. Throws ElasticError. */
export async function writeStatuses(
  connection: ElasticConnection,
  statuses: readonly AgentStatus[],
  left: Iterable<string>,
): Promise<void> {
  const operations: BulkOperation[] = statuses.map((status) => ({
    action: { index: { _id: status.agent } },
    document: RawText.from(JSON.stringify(status)),
  }));
  for (const agent of left) operations.push({ action: { delete: { _id: agent } } });
  const outcomes = await bulk(connection, agentStatusIndex, operations);
  for (const outcome of outcomes) {
    if (outcome.kind === "written") continue;
    const reason = outcome.kind === "conflict" ? "conflict" : outcome.reason;
    throw new ElasticError("busy", `an agent's status was not written to ${agentStatusIndex}: ${reason}`);
  }
}
