import type { RunningElasticsearch } from "../../testbed/testbed";

/** A document of `agent_list`, as far as tests look at it. */
export interface ListedAgent {
  agent_name: string;
  version: string;
  host: string;
  config_digest: string;
  registered_at: string;
  updated_at: string;
  [field: string]: unknown;
}

/** The `agent_list` of a test's Elasticsearch, behind its password's back. */
export class AgentList {
  constructor(private readonly elasticsearch: RunningElasticsearch) {}

  /** Undefined if the agent is not in the list. */
  async find(name: string): Promise<ListedAgent | undefined> {
    return (await this.ask("GET", `_doc/${name}`))._source as ListedAgent | undefined;
  }

  /** Asks for a path under the index. */
  async ask(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
    const response = await fetch(`${this.elasticsearch.nodeUrl}/agent_list/${path}`, {
      method,
      ...(body && { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
    });
    return (await response.json()) as Record<string, unknown>;
  }
}
