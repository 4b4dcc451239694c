import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import fc from "fast-check";
import type { Assembly } from "../../../assembler/assembly";
import { ElasticError } from "../../../assembler/elastic/elastic-error";
import { openAssembly } from "../../../assembler/open-assembly";
import { runTurn } from "../../../assembler/stages";
import { HaltingClock } from "../../../assembler/window/halting-clock";
import { spanNumber, spansPerTrace } from "../../../bench/faults/workload";
import { Crash } from "./support/crash";
import { FaultyStore } from "./support/faulty-store";
import { PatientAgents } from "./support/patient-agents";
import { Random } from "./support/random";
import { VirtualTime } from "./support/virtual-time";

/** See `assembly-law.test.ts`; one case of these takes as long as a hundred of those. */
const runs = Math.ceil(Number(process.env.LAW_RUNS ?? 240) / 100);
const seed = Number(process.env.LAW_SEED ?? 20240607);
/** The product's own, a tenth as long. */
const limits = { quietPeriodMs: 200, maxWaitMs: 3000, recentMs: 3000, maxOpenSpans: 1e9, turnSpans: 500 };
const requests = 600;
const indices = ["spans_gateway", "spans_cart", "spans_stock", "spans_user"];

/** As long as there are requests, something goes wrong again and again. */
function strikeAgainAndAgain(store: FaultyStore, agents: PatientAgents): void {
  const { time, random } = store;
  const strike = () => {
    const fault = random.int(0, 5);
    let endsInMs = 0;
    if (fault <= 2) store.crashIn = random.int(0, 400);
    if (fault === 3) {
      endsInMs = 3000;
      store.fail(endsInMs / 2, endsInMs / 2);
    }
    if (fault >= 4) {
      endsInMs = random.int(0, 2500);
      store.fail(0, endsInMs);
      for (const index of indices) if (random.chance(0.5)) store.takeAway(index, endsInMs + random.int(0, 8000));
    }
    if (agents.hasMore) time.after(endsInMs + random.int(200, 2500), strike);
    else store.crashIn = undefined;
  };
  time.after(random.int(500, 2000), strike);
}

/** What the service does, without its parts: turns, faults waited out, and a new process after each crash. */
async function assembleAll(store: FaultyStore, agents: PatientAgents): Promise<void> {
  const { time, random } = store;
  let assembly: Assembly | undefined;
  let clock = new HaltingClock(() => time.now);
  for (let idle = 0; idle < 5; ) {
    try {
      assembly ??= await openAssembly({ limits, store, now: () => clock.now(), wallClock: () => time.now });
      const turn = await runTurn(assembly, { isFollowed: true });
      clock.goOn();
      const { progress, window } = assembly;
      // What is in an index that is away has still to come.
      const isRead = agents.isDone && store.backlog((shard) => progress.readUpTo(shard)) === 0;
      const isIdle = isRead && !turn.more && turn.pages.length === 0 && window.groups.open.size === 0;
      idle = isIdle ? idle + 1 : 0;
      if (!turn.more) time.pass(25);
    } catch (error) {
      if (error instanceof Crash) {
        assembly = undefined;
        time.pass(random.int(100, 500));
        clock = new HaltingClock(() => time.now);
      } else if (error instanceof ElasticError) {
        clock.halt();
        time.pass(random.int(20, 500));
      } else throw error;
    }
  }
}

test("kills, outages, lost answers and indices that stay away leave each request one trace", async (t: TestContext) => {
  t.diagnostic(`${runs} cases; the same again: LAW_SEED=${seed} LAW_RUNS=${runs * 100}`);
  await fc.assert(
    fc.asyncProperty(fc.integer(), async (seed) => {
      const store = new FaultyStore(new VirtualTime(), new Random(seed));
      const agents = new PatientAgents(store, requests);
      strikeAgainAndAgain(store, agents);
      await assembleAll(store, agents);
      const traces = [...store.rows.values()].map(({ spanIds }) =>
        spanIds.map((id) => spanNumber(id) ?? Number.NaN).sort((left, right) => left - right),
      );
      traces.sort((left, right) => (left[0] ?? 0) - (right[0] ?? 0));
      const whole = Array.from({ length: requests }, (_, request) =>
        Array.from({ length: spansPerTrace }, (_, place) => request * spansPerTrace + place),
      );
      assert.deepEqual(traces, whole);
    }),
    { numRuns: runs, seed, includeErrorInReport: true },
  );
});
