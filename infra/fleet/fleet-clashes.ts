import type { AgentSpec } from "./fleet";

/** Two entries that cannot both be: the later one, the field, and the earlier one it clashes with. */
export interface Clash {
  readonly index: number;
  readonly firstIndex: number;
  readonly path: readonly string[];
  readonly got: string;
  readonly allowed: string;
}

/** Agents of one name; `names` in the order of the file, whatever was written there. */
export function nameClashes(names: readonly unknown[]): Clash[] {
  return repeated(names.map((name) => (typeof name === "string" ? name : undefined))).map(([index, firstIndex]) => ({
    index,
    firstIndex,
    path: ["agent_info", "agent_name"],
    got: "the name of another agent",
    allowed: "a name of its own, as names decide over directories, units and indices",
  }));
}

/** Agents that listen on one port of one machine, or write to one index; in the order of the file, undefined where an entry is wrong. */
export function addressClashes(agents: readonly (AgentSpec | undefined)[]): Clash[] {
  const listening = agents.map((agent) => agent && JSON.stringify([agent.host.target.host, agent.config.api.port]));
  // Two entries of one name share everything; that is one fault, not three.
  const strangers = ([index, first]: [number, number]) => agents[index]?.name !== agents[first]?.name;
  const ports = repeated(listening)
    .filter(strangers)
    .map(([index, firstIndex]) => ({
      index,
      firstIndex,
      path: ["api", "port"],
      got: `port ${agents[index]?.config.api.port} on ${agents[index]?.host.target.host}, which agent "${agents[firstIndex]?.name}" has`,
      allowed: "a port of its own for each agent of a host: set port in [agents.api]",
    }));
  const writing = agents.map((agent) => agent?.config.sender.elastic.index_name);
  const indices = repeated(writing).filter(strangers);
  return [
    ...ports,
    ...indices.map(([index, firstIndex]) => ({
      index,
      firstIndex,
      path: ["sender", "index_name"],
      got: `index ${writing[index]}, which agent "${agents[firstIndex]?.name}" has`,
      allowed: "an index of its own for each agent: leave it out to have spans_<agent_name>",
    })),
  ];
}

/** Pairs of [later, first] positions of equal values; undefined equals nothing. */
function repeated(values: readonly (string | undefined)[]): [number, number][] {
  const first = new Map<string, number>();
  const pairs: [number, number][] = [];
  values.forEach((value, index) => {
    if (value === undefined) return;
    const before = first.get(value);
    if (before === undefined) first.set(value, index);
    else pairs.push([index, before]);
  });
  return pairs;
}
