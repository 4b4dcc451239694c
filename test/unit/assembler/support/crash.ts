import type { ShardId, Store } from "../../../../assembler/store";

/** The process is gone, in the middle of talking to the store. */
export class Crash extends Error {}

/** Counts operations down to a crash. */
export class CrashCounter {
  /** Operations left until the crash; undefined = none to come. */
  crashIn: number | undefined;

  /** Throws Crash when it is time. */
  operation(): void {
    if (this.crashIn === undefined) return;
    if (this.crashIn === 0) {
      this.crashIn = undefined;
      throw new Crash();
    }
    this.crashIn -= 1;
  }
}

/** A store that can be told to crash its user. */
export interface CrashableStore extends Store {
  /** Operations left until the crash; undefined = none to come. */
  crashIn: number | undefined;
  /** Documents not yet read by someone who read so far. */
  backlog(readUpTo: (shard: ShardId) => number): number | Promise<number>;
}
