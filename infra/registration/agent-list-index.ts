import { agentListIndex } from "../../assembler/elastic/index-names";

/** The index that tells who is in the fleet, one document per agent, its name the document's id. */
export { agentListIndex };

const keyword = { type: "keyword", ignore_above: 512 };

const settings = {
  number_of_shards: 1,
  // One copy more where there is a second node, and no missing one where there is not.
  auto_expand_replicas: "0-1",
};

/** Configurations are kept as they are: no key of a user grows the mapping. */
const mappings = {
  dynamic: false,
  properties: {
    agent_name: keyword,
    host: keyword,
    ssh_port: { type: "integer" },
    index_name: keyword,
    version: keyword,
    service_manager: keyword,
    api: { properties: { address: keyword, port: { type: "integer" }, url: keyword } },
    services: keyword,
    pids: { type: "long" },
    config: { type: "object", enabled: false },
    config_digest: keyword,
    stack: keyword,
    registered_at: { type: "date" },
    updated_at: { type: "date" },
  },
};

export const agentListTemplateName = "deeptrace-agent-list";

/** Also gives its mapping to an index that somebody removed and a write makes again. */
export const agentListTemplate = {
  index_patterns: [agentListIndex],
  priority: 200,
  template: { settings, mappings },
};
