import assert from "node:assert/strict";
import type { Assembly } from "../../../../assembler/assembly";
import { openAssembly } from "../../../../assembler/open-assembly";
import { runTurn } from "../../../../assembler/stages";
import type { GroupingLimits } from "../../../../assembler/window/grouping-limits";
import { assembleBatch } from "./batch-model";
import { Crash, type CrashableStore } from "./crash";
import type { MemoryStore } from "./memory-store";
import { withoutHistory } from "./without-history";

/** An assembler over a store, with a clock of its own, which starts again after each crash. */
export class Runner {
  now = 0;
  #assembly: Assembly | undefined;

  constructor(
    readonly store: CrashableStore,
    readonly limits: GroupingLimits,
  ) {}

  get spansHeld(): number {
    return this.#assembly?.window.size ?? 0;
  }

  /** Runs one turn; if the assembler crashes in it, the next one starts with a new one. */
  async turn(isStopping = false): Promise<void> {
    try {
      const clocks = { now: () => this.now, wallClock: () => this.now };
      this.#assembly ??= await openAssembly({ limits: this.limits, store: this.store, ...clocks });
      await runTurn(this.#assembly, { isStopping, isFollowed: !isStopping });
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
      this.#assembly = undefined;
    }
  }

  /** The process ends as it is told to, and the next turn is that of a new one. */
  async restart(): Promise<void> {
    await this.turn(true);
    this.#assembly = undefined;
  }

  /** Runs until nothing is left to read or to write. */
  async settle(): Promise<void> {
    this.store.crashIn = undefined;
    const isBusy = async () => {
      const { window, progress } = this.#assembly as Assembly;
      return window.groups.open.size > 0 || (await this.store.backlog((shard) => progress.readUpTo(shard))) > 0;
    };
    for (let rounds = 0; rounds < 1000 && (rounds < 2 || (await isBusy())); rounds += 1) {
      this.now += 200;
      await this.turn();
    }
  }
}

/** The store holds the traces of one batch over all its spans, to the last digit, and every fault is put down. */
export function assertEqualToBatch(store: MemoryStore, maxTraceSpans?: number): void {
  const batch = assembleBatch(store.documents(), maxTraceSpans);
  const rows = [...store.rows.values()];
  const stored = new Map(rows.map(({ id, text }) => [id, withoutHistory(text)]));
  assert.deepEqual(rows.map(({ id }) => id).sort(), [...batch.traces.keys()].sort());
  for (const [id, text] of batch.traces) {
    if (stored.get(id) === text) continue;
    assert.deepEqual(JSON.parse(stored.get(id) ?? ""), JSON.parse(text));
    assert.fail(`trace ${id} differs in its digits`);
  }
  const places = new Set([...store.rejected].flatMap(([place, { spanId }]) => [place, `span ${spanId}`]));
  for (const place of batch.rejected) assert.ok(places.has(place), `${place} is not rejected`);
}
