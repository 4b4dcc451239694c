import { type AgentLook, windowMs } from "./agent-look";

/** What the looks so far tell of an agent; the next look makes a new one of it. Pure. */
export interface AgentRecord {
  readonly look: AgentLook;
  readonly watchedSince: number;
  /** When new documents of it were last seen; undefined = never. */
  readonly lastSpanAt: number | undefined;
  /** Documents per second between the last two looks. */
  readonly rate: number;
  /** Documents not read yet. */
  readonly unread: number;
  /** Since when there always is something unread that was there at an earlier look; undefined = reading keeps up. */
  readonly behindSince: number | undefined;
  /** Since when every attempt to reach its API failed. */
  readonly apiFailsSince: number | undefined;
  /** New documents by look, those of the last `windowMs`. */
  readonly arrivals: readonly { readonly at: number; readonly documents: number }[];
}

/** What is kept of a record over a restart. */
export interface EarlierRecord {
  readonly watchedSince: number;
  readonly lastSpanAt: number | undefined;
  /** `_seq_no` of the last document by shard. */
  readonly last: Readonly<Record<string, number>>;
}

export function firstRecord(look: AgentLook, earlier: EarlierRecord | undefined): AgentRecord {
  const hasNews = earlier !== undefined && newDocuments(look, earlier.last) > 0;
  return {
    look,
    watchedSince: earlier?.watchedSince ?? look.at,
    // When they came in the assembler's absence nobody knows: not before now, as far as silence goes.
    lastSpanAt: hasNews ? look.at : earlier?.lastSpanAt,
    rate: 0,
    unread: unreadOf(look),
    behindSince: undefined,
    apiFailsSince: look.api.state === "fails" ? look.at : undefined,
    arrivals: [],
  };
}

export function nextRecord(before: AgentRecord, look: AgentLook): AgentRecord {
  const documents = newDocuments(look, lastByShard(before.look));
  const elapsedMs = look.at - before.look.at;
  const arrivals = [...before.arrivals, { at: look.at, documents }].filter(({ at }) => look.at - at < windowMs);
  return {
    look,
    watchedSince: before.watchedSince,
    lastSpanAt: documents > 0 ? look.at : before.lastSpanAt,
    rate: elapsedMs > 0 ? (documents * 1000) / elapsedMs : 0,
    unread: unreadOf(look),
    behindSince: isBehind(before.look, look) ? (before.behindSince ?? before.look.at) : undefined,
    apiFailsSince: look.api.state === "fails" ? (before.apiFailsSince ?? look.at) : undefined,
    arrivals,
  };
}

export function lastByShard({ shards }: AgentLook): Record<string, number> {
  return Object.fromEntries(shards.map(({ key, last }) => [key, last]));
}

function newDocuments({ shards }: AgentLook, before: Readonly<Record<string, number>>): number {
  return shards.reduce((sum, { key, last }) => sum + Math.max(0, last - (before[key] ?? -1)), 0);
}

function unreadOf({ shards }: AgentLook): number {
  return shards.reduce((sum, { last, read }) => sum + Math.max(0, last - read), 0);
}

/** Something that was there at the look before is still unread. */
function isBehind(before: AgentLook, now: AgentLook): boolean {
  const lastBefore = lastByShard(before);
  return now.shards.some(({ key, read }) => read < (lastBefore[key] ?? -1));
}
