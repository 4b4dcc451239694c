import type { Assembly, Notice } from "./assembly";
import type { IdentifyingHeaders } from "./correlate/identifying-headers";
import { replay } from "./replay";
import type { MinuteLog } from "./service-metrics/minute-log";
import { type Store, shardKey } from "./store";
import { Tally } from "./tally";
import type { GroupingLimits } from "./window/grouping-limits";
import { HaltingClock } from "./window/halting-clock";
import { Progress } from "./window/shard-progress";
import { SpanWindow } from "./window/span-window";
import { TrafficTime } from "./window/traffic-time";

export interface AssemblyOptions {
  readonly limits: GroupingLimits;
  readonly store: Store;
  /** Those that say which request a call serves; none by default. */
  readonly headers?: IdentifyingHeaders;
  /** Links of less are marked as doubtful; a half by default. */
  readonly leastConfidence?: number;
  readonly tally?: Tally;
  /** By default no metrics are kept. */
  readonly minuteLog?: MinuteLog | undefined;
  readonly notice?: Notice;
  /** Milliseconds that never go back. */
  readonly now: () => number;
  /** Milliseconds since 1970; by default the machine's. */
  readonly wallClock?: () => number;
  /**
   * Asked while shards are away of which spans are to be read again: whether to go on without them, so that their traces
   * may stay in parts. By default it never does.
   */
  readonly leavesOutAway?: () => boolean;
  /** Throws when this assembler may not write; by default it always may. */
  readonly fence?: () => void;
}

/**
 * Starts where the stored cursors say, with the window as it was. Throws what the store throws, and ElasticError as long as
 * a shard is away of which spans are to be read again.
 */
export async function openAssembly(options: AssemblyOptions): Promise<Assembly> {
  const cursors = await options.store.cursors.load();
  const assembly: Assembly = {
    limits: options.limits,
    store: options.store,
    window: new SpanWindow(options.headers, options.leastConfidence),
    progress: new Progress(cursors),
    rejections: [],
    readBefore: new Map(cursors.map((cursor) => [shardKey(cursor), cursor.read])),
    tally: options.tally ?? new Tally(),
    minuteLog: options.minuteLog,
    notice: options.notice ?? (() => {}),
    traffic: new TrafficTime(),
    memoryTime: new HaltingClock(options.now),
    now: options.now,
    wallClock: options.wallClock ?? Date.now,
    fence: options.fence ?? (() => {}),
    look: undefined,
    ahead: undefined,
    unanswered: new Set(),
    underWay: undefined,
    committed: "",
    committedAt: 0,
  };
  await replay(assembly, options.leavesOutAway);
  return assembly;
}
