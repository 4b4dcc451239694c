import type { ElasticConnection } from "../elastic/elastic-connection";
import { agentOfIndex, matchesIndexPattern, spanIndexFamily } from "../elastic/index-names";
import { type ShardCursor, type ShardHead, type SpanSource, shardKey } from "../store";
import { askAgentApi } from "./agent-api";
import { type AgentLook, type ShardLook, windowMs } from "./agent-look";
import { type ListedAgent, listedAgents } from "./listed-agents";
import { recentRejections } from "./recent-rejections";

/** Agents asked at once: each costs a socket and, where nobody answers, its time limit. */
const askedAtOnce = 16;

export interface FleetSources {
  readonly connection: ElasticConnection;
  readonly source: SpanSource;
  /** How far the assembler read. */
  readonly cursors: () => readonly ShardCursor[];
  readonly indexPattern: string;
  readonly apiTimeoutMs: number;
}

export interface FleetLook {
  readonly agents: readonly AgentLook[];
  /** By alias or index: the index that takes its documents now, where there is one. */
  readonly newestIndex: ReadonlyMap<string, string>;
}

/** Everything there is to know of every agent at this moment: those in `agent_list`, and those that left span indices. */
export async function lookAtFleet(sources: FleetSources): Promise<FleetLook> {
  const { connection, source, indexPattern } = sources;
  const [listed, { heads }, rejections] = await Promise.all([
    listedAgents(connection),
    source.heads(),
    recentRejections(connection, Date.now() - windowMs),
  ]);
  const shards = shardsByFamily(heads, sources.cursors());
  const ours = (listed ?? []).filter(({ index }) => matchesIndexPattern(index, indexPattern));
  const known = new Set(ours.map(({ index }) => index));
  const strangers = [...shards.keys()].filter((family) => !known.has(family));
  const asked = await inParallel(ours, async (entry) => ({ entry, api: await askApi(entry, sources.apiTimeoutMs) }));
  const at = Date.now();
  const common = (index: string) => ({
    index,
    at,
    shards: shards.get(index) ?? [],
    rejected: rejections.get(index) ?? 0,
  });
  const agents: AgentLook[] = [
    ...asked.map(({ entry: { agent, host, index }, api }) => ({
      ...common(index),
      agent,
      host,
      standing: "listed" as const,
      api,
    })),
    ...strangers.map((index) => ({
      ...common(index),
      agent: agentOfIndex(index, indexPattern),
      host: undefined,
      standing: listed === undefined ? ("no list" as const) : ("not listed" as const),
      api: { state: "not asked" as const, reason: "agent_list has no address of it" },
    })),
  ];
  return { agents: agents.sort((left, right) => (left.agent < right.agent ? -1 : 1)), newestIndex: newestOf(heads) };
}

function askApi({ apiUrl, host }: ListedAgent, timeoutMs: number) {
  return askAgentApi(apiUrl, host, timeoutMs);
}

function shardsByFamily(heads: readonly ShardHead[], cursors: readonly ShardCursor[]): Map<string, ShardLook[]> {
  const readUpTo = new Map(cursors.map((cursor) => [shardKey(cursor), cursor.read]));
  const shards = new Map<string, ShardLook[]>();
  for (const head of heads) {
    const family = spanIndexFamily(head.index);
    const key = shardKey(head);
    const look = { key, last: head.checkpoint, read: readUpTo.get(key) ?? -1 };
    const others = shards.get(family);
    if (others === undefined) shards.set(family, [look]);
    else others.push(look);
  }
  return shards;
}

/** Generations count up, so the last name is the newest. */
function newestOf(heads: readonly ShardHead[]): Map<string, string> {
  const names = heads.map(({ index }) => index).sort();
  return new Map(names.map((index) => [spanIndexFamily(index), index]));
}

export async function inParallel<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const next = items.entries();
  const workNext = async () => {
    for (const [place, item] of next) results[place] = await work(item);
  };
  await Promise.all(Array.from({ length: askedAtOnce }, workNext));
  return results;
}
