import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Assembly } from "../../../assembler/assembly";
import { openAssembly } from "../../../assembler/open-assembly";
import { MinuteLog } from "../../../assembler/service-metrics/minute-log";
import type { Recount } from "../../../assembler/service-metrics/recount";
import { runTurn } from "../../../assembler/stages";
import { countedCold, recountOver } from "./support/count-cold";
import { Crash } from "./support/crash";
import { documentIdOf } from "./support/document-id";
import { MemoryMetricsStore } from "./support/memory-metrics-store";
import { MemoryStore } from "./support/memory-store";
import { plainMetrics } from "./support/plain-metrics";
import { Random } from "./support/random";
import { type Arrival, randomTraffic } from "./support/random-traffic";
import { assertEqualToBatch } from "./support/runner";
import { anyStep, type Step } from "./support/steps";

/** More finds more; LAW_RUNS and LAW_SEED are for looking longer and elsewhere. */
const options = {
  numRuns: Math.ceil(Number(process.env.LAW_RUNS ?? 240) / 4),
  seed: Number(process.env.LAW_SEED ?? 20240607),
  includeErrorInReport: true,
};
const never = new AbortController().signal;
/** Turns so small that there is often more to read while traces are being written. */
const limits = { quietPeriodMs: 100, maxWaitMs: 500, recentMs: 1e12, maxOpenSpans: 1e9, turnSpans: 12 };

/** An assembler that keeps metrics, which counts beside its turns and starts again after each crash. */
class MetricsRunner {
  now = 0;
  readonly metrics: MemoryMetricsStore;
  #running: { assembly: Assembly; log: MinuteLog; recount: Recount } | undefined;

  constructor(
    readonly store: MemoryStore,
    readonly mostNames: number,
    readonly random: Random,
  ) {
    this.metrics = new MemoryMetricsStore(store);
  }

  async turn(isLast = false): Promise<void> {
    const done = await Promise.allSettled([this.#assemble(), this.#count(isLast)]);
    for (const outcome of done) {
      if (outcome.status === "fulfilled") continue;
      if (!(outcome.reason instanceof Crash)) throw outcome.reason;
      this.#running = undefined;
    }
  }

  async settle(): Promise<void> {
    this.store.crashIn = undefined;
    for (let round = 0; round < 1000; round += 1) {
      this.now += 200;
      await this.turn(true);
      const { assembly, log } = this.#running ?? {};
      if (assembly === undefined || log === undefined) continue;
      const isRead = this.store.backlog((shard) => assembly.progress.readUpTo(shard)) === 0;
      if (!isRead || assembly.window.groups.open.size > 0) continue;
      if (log.dirty.size === 0 && !log.dirty.isEverything) return;
    }
    throw new Error("it came to no end");
  }

  async #assemble(): Promise<void> {
    await runTurn((await this.#opened()).assembly, { isFollowed: true });
  }

  async #count(isLast: boolean): Promise<void> {
    const running = this.#running;
    // So that it meets the turn at any of its steps.
    for (let steps = this.random.int(0, 40); steps > 0; steps -= 1) await Promise.resolve();
    if (running !== undefined) await running.recount.pass(never, undefined, isLast);
  }

  async #opened() {
    if (this.#running === undefined) {
      const now = () => this.now;
      const log = await MinuteLog.open(this.metrics, now);
      const assembly = await openAssembly({ limits, store: this.store, now, minuteLog: log });
      this.#running = { assembly, log, recount: recountOver(this.metrics, log, this.mostNames, now) };
    }
    return this.#running;
  }
}

async function play(runner: MetricsRunner, arrivals: readonly Arrival[], steps: readonly Step[]): Promise<void> {
  let arrived = 0;
  for (const step of steps) {
    if (step.kind === "arrive") {
      for (const arrival of arrivals.slice(arrived, arrived + step.count)) runner.store.index(arrival);
      arrived += step.count;
    } else if (step.kind === "wait") runner.now += step.ms;
    else if (step.kind === "crash") runner.store.crashIn = step.after;
    else await runner.turn(runner.random.chance(0.3));
  }
  for (const arrival of arrivals.slice(arrived)) runner.store.index(arrival);
}

/** Random traffic whose paths are no ids, so that its endpoints stay apart; some spans are indexed with other times before. */
function traffic(random: Random): Arrival[] {
  return randomTraffic(random).flatMap((arrival) => {
    const named = { ...arrival, text: arrival.text.replace("GET /", "GET /path") };
    return random.chance(0.1) ? [named, { ...named, text: moved(named.text, 65_000_000_000n) }] : [named];
  });
}

/** The same, but the clocks of some hosts count from their boot, or of all, and the ids of documents may be Elasticsearch's. */
function trafficByBootClocks(random: Random): Arrival[] {
  const share = random.pick([0.4, 1]);
  const boots = ["spans_a1", "spans_a2", "spans_a3", "spans_a4"].filter(() => random.chance(share));
  const named = random.chance(0.5) ? (id: string) => id : idsOfElasticsearch(random);
  return traffic(random).map(({ index, id, text }) => ({
    index,
    id: named(id),
    text: boots.includes(index) ? moved(text, -1_690_000_000_000_000_000n) : text,
  }));
}

/** What is indexed again under its id keeps it. */
function idsOfElasticsearch(random: Random): (id: string) => string {
  const made = new Map<string, string>();
  return (id) => {
    const known = made.get(id) ?? documentIdOf(1_700_000_000_000 + random.int(0, 180_000), made.size);
    made.set(id, known);
    return known;
  };
}

function moved(text: string, by: bigint): string {
  return text.replace(/_time":(\d+)/g, (_, digits: string) => `_time":${BigInt(digits) + by}`);
}

const plan = fc.record({
  seed: fc.integer(),
  shards: fc.integer({ min: 1, max: 3 }),
  pageSize: fc.integer({ min: 1, max: 30 }),
  steps: fc.array(anyStep, { minLength: 1, maxLength: 40 }),
  mostNames: fc.integer({ min: 1, max: 4 }),
});

test("any order, cuts, duplicates, late joins and crashes end at the metrics of one cold count over all traces", async () => {
  await fc.assert(
    fc.asyncProperty(plan, async ({ seed, shards, pageSize, steps, mostNames }) => {
      const random = new Random(seed);
      const runner = new MetricsRunner(new MemoryStore(shards, pageSize), mostNames, random);
      await play(runner, random.shuffle(trafficByBootClocks(random)), steps);
      await runner.settle();
      assertEqualToBatch(runner.store);
      assert.deepEqual(runner.metrics.texts(), await countedCold(runner.store, mostNames));
    }),
    options,
  );
});

test("each request and each call is counted once, in its minute, with its own duration", async () => {
  await fc.assert(
    fc.asyncProperty(plan, async ({ seed, shards, pageSize, steps }) => {
      const random = new Random(seed);
      const runner = new MetricsRunner(new MemoryStore(shards, pageSize), 1000, random);
      await play(runner, random.shuffle(traffic(random)), steps);
      await runner.settle();
      const expected = plainMetrics([...runner.store.rows.values()].map(({ text }) => text));
      const counted = runner.metrics.texts().map((text) => JSON.parse(text) as Record<string, unknown>);
      const essence = counted.map(
        ({ minute, service, caller, callee, endpoint, count, errors, unseen, p95_duration }) =>
          JSON.stringify([
            minute,
            service ?? `${caller} ${callee}`,
            endpoint,
            count,
            errors,
            unseen ?? null,
            p95_duration,
          ]),
      );
      assert.deepEqual(essence.sort(), expected.sort());
    }),
    { ...options, numRuns: Math.ceil(options.numRuns / 2) },
  );
});

test("minutes whose traces retention deletes keep the metrics they have, also when everything is counted again", async () => {
  const random = new Random(7);
  const runner = new MetricsRunner(new MemoryStore(1, 100), 1000, random);
  await play(runner, traffic(random), []);
  await runner.settle();
  const before = runner.metrics.texts();
  const minutes = before.map((text) => (JSON.parse(text) as { minute: number }).minute);
  runner.metrics.frozen = Math.max(...minutes) + 1;
  runner.store.rows.clear();
  const log = await MinuteLog.open(runner.metrics, () => 0);
  log.dirty.markEverything();
  const recount = recountOver(runner.metrics, log, 1000, () => 0);
  while (await recount.pass(never, undefined, true));
  assert.ok(before.length > 0);
  assert.deepEqual(runner.metrics.texts(), before);
  runner.metrics.frozen = 0;
  log.dirty.markEverything();
  while (await recount.pass(never, undefined, true));
  assert.deepEqual(runner.metrics.texts(), []);
});
