/** What one look at the fleet finds of one agent; data only. Times are milliseconds since 1970 by the assembler's clock. */

/** Whether the agent's HTTP API answered `GET /api/status`; `not asked` where nobody but its own host can. */
export type ApiLook =
  | { readonly state: "answers"; readonly tookMs: number; readonly clock: ClockLook | undefined }
  | { readonly state: "fails"; readonly reason: string }
  | { readonly state: "not asked"; readonly reason: string };

/** How far the agent's host is ahead of the assembler's clock, and how far off that may be; milliseconds. */
export interface ClockLook {
  readonly offsetMs: number;
  readonly errorMs: number;
}

/** One shard of the agent's span indices. */
export interface ShardLook {
  /** `shardKey` of it. */
  readonly key: string;
  /** `_seq_no` of its last document; -1 = none. */
  readonly last: number;
  /** `_seq_no` up to which the assembler read it. */
  readonly read: number;
}

export interface AgentLook {
  readonly agent: string;
  /** Alias or index that the agent writes to. */
  readonly index: string;
  /** From `agent_list`; undefined when it has no such agent. */
  readonly host: string | undefined;
  /** Whether `agent_list` has the agent; `no list`: there is none, agents were not rolled out by us. */
  readonly standing: "listed" | "not listed" | "no list";
  readonly at: number;
  readonly shards: readonly ShardLook[];
  /** Documents of it that were rejected in the last `windowMs`. */
  readonly rejected: number;
  readonly api: ApiLook;
}

/** How far back arrivals and rejections are compared. */
export const windowMs = 60_000;
