import type { MinuteLog } from "./service-metrics/minute-log";
import type { Rejection, ShardHead, SpanPage, Store } from "./store";
import type { Tally } from "./tally";
import type { TracesUnderWay } from "./traces-under-way";
import type { GroupingLimits } from "./window/grouping-limits";
import type { HaltingClock } from "./window/halting-clock";
import type { PageHold, Progress } from "./window/shard-progress";
import type { SpanWindow } from "./window/span-window";
import type { EndsByShard, TrafficTime } from "./window/traffic-time";

/** A rejection on its way to the store; its place in the shard is held until it is there. */
export interface HeldRejection {
  readonly rejection: Rejection;
  /** Undefined where nothing is held: the span came back with a stored trace. */
  readonly hold: PageHold | undefined;
  /** The trace id that too many spans carry; it waits until the trace is stored that says so. */
  readonly cutFrom?: string;
}

/** What was read at one go. */
export interface ReadPages {
  readonly pages: readonly SpanPage[];
  /** When it was asked what there is, by `Assembly.now`. */
  readonly askedAt: number;
  /** Shards in which there is more to read. */
  readonly unread: ReadonlySet<string>;
  /** Of shards that were not known yet, when there is more to read: the newest spans. */
  readonly newest: EndsByShard;
  /** Documents that were left. */
  readonly lagSpans: number;
}

/** The shards that had unread spans when it was asked, all of them readable since. */
export interface Look {
  /** By `Assembly.now`. */
  readonly askedAt: number;
  readonly heads: readonly ShardHead[];
}

/** Something an operator should know, once per turn at most: a sentence, and figures. */
export type Notice = (message: string, details: Readonly<Record<string, unknown>>) => void;

/** Everything one assembler keeps from turn to turn while it holds its lease. A new tenure starts with a new one. */
export interface Assembly {
  readonly limits: GroupingLimits;
  readonly store: Store;
  readonly window: SpanWindow;
  readonly progress: Progress;
  readonly rejections: HeldRejection[];
  /** By shard: what earlier tenures may have written was read up to here. */
  readonly readBefore: ReadonlyMap<string, number>;
  readonly tally: Tally;
  /** Which minutes' metrics have to be counted again; undefined when none are kept. */
  readonly minuteLog: MinuteLog | undefined;
  readonly notice: Notice;
  /** By which traces come to rest. */
  readonly traffic: TrafficTime;
  /** By which written traces leave memory: it stands still while a shard is away. */
  readonly memoryTime: HaltingClock;
  /** Milliseconds that never go back. */
  readonly now: () => number;
  /** Milliseconds since 1970, for people. */
  readonly wallClock: () => number;
  /** Throws when this assembler may not write (any more). */
  readonly fence: () => void;
  /** The last one, if all went well that was read by it. */
  look: Look | undefined;
  /** What comes next, begun to be read. */
  ahead: Promise<ReadPages> | undefined;
  /** Ids of traces that were sent as new ones and may be stored or not: the answer never came. */
  readonly unanswered: Set<string>;
  /** What the last turn sent and did not wait for. */
  underWay: TracesUnderWay | undefined;
  /** Cursors as they were last committed, as text. */
  committed: string;
  committedAt: number;
}
