import assert from "node:assert/strict";
import { after, before, type TestContext, test } from "node:test";
import fc from "fast-check";
import { ElasticConnection } from "../../../assembler/elastic/elastic-connection";
import { setUpIndices } from "../../../assembler/elastic/index-setup";
import type { GroupingLimits } from "../../../assembler/window/grouping-limits";
import { openTestbed, type RunningElasticsearch, type Testbed } from "../../testbed/testbed";
import { assembleBatch } from "../../unit/assembler/support/batch-model";
import { anyPlan, play } from "../../unit/assembler/support/plan";
import { Random } from "../../unit/assembler/support/random";
import { type Arrival, namedTraffic, randomTraffic } from "../../unit/assembler/support/random-traffic";
import { Runner } from "../../unit/assembler/support/runner";
import { CrashingElasticStore } from "./support/crashing-elastic-store";
import { SpanIndex } from "./support/span-index";

const runs = Number(process.env.LIVE_LAW_RUNS ?? 15);
const seed = Number(process.env.LAW_SEED ?? 20240607);
const options = { numRuns: runs, seed, includeErrorInReport: true, endOnFailure: true };
const endless = { quietPeriodMs: 100, maxWaitMs: 1000, recentMs: 1e12, maxOpenSpans: 1e9 };
const tiny = { quietPeriodMs: 100, maxWaitMs: 500, recentMs: 200, maxOpenSpans: 6 };

let testbed: Testbed;
let elasticsearch: RunningElasticsearch;
let connection: ElasticConnection;
let cases = 0;

before(async () => {
  testbed = await openTestbed({ hosts: "process" });
  elasticsearch = await testbed.elasticsearch();
  const { url, username, password } = elasticsearch;
  connection = new ElasticConnection({ url, username, password });
  await setUpIndices(connection);
});
after(async () => {
  await connection?.close();
  await testbed.close();
});

type Traffic = (random: Random, scene: { name: string; start: number }) => Arrival[];

/** Plays one case with ids, indices and cursors of its own, and compares its traces to those of one batch. */
async function playCase(
  plan: typeof anyPlan extends fc.Arbitrary<infer T> ? T : never,
  traffic: Traffic,
  limits: GroupingLimits,
) {
  cases += 1;
  const name = `c${cases}-`;
  const prefix = `spans_c${cases}_`;
  const random = new Random(plan.seed);
  const spans = new SpanIndex(elasticsearch.nodeUrl);
  const arrivals = random.shuffle(traffic(random, { name, start: 0 })).map((arrival) => ({
    ...arrival,
    index: arrival.index.replace("spans_", prefix),
  }));
  for (const index of new Set(arrivals.map((arrival) => arrival.index))) await spans.create(index, plan.shards);
  const store = new CrashingElasticStore(connection, `c${cases}`, `${prefix}*`, plan.pageSize);
  const runner = new Runner(store, limits);
  const index = async (some: readonly Arrival[]) => {
    if (some.length > 0) await spans.write(some);
    store.indexed += some.length;
  };
  await play(index, arrivals, plan.steps, runner);
  await runner.settle();

  const documents = (await spans.documents(`${prefix}*`)).map(({ index, hit }) => ({
    index: index.replace(prefix, "spans_"),
    hit,
  }));
  const batch = assembleBatch(documents);
  const stored = new Map([...(await spans.traces())].filter(([, text]) => text.includes(`"span_id":"${name}`)));
  assert.deepEqual([...stored.keys()].sort(), [...batch.traces.keys()].sort());
  for (const [id, text] of batch.traces) assert.equal(stored.get(id), text);
  const rejected = new Set(
    (await spans.rejections()).map(({ index, id }) => `${index}/${id}`.replace(prefix, "spans_")),
  );
  for (const place of batch.rejected) assert.ok(rejected.has(place), `${place} is not rejected`);
}

function sayHowToRepeat(t: TestContext): void {
  t.diagnostic(`${runs} cases; the same again: LAW_SEED=${seed} LIVE_LAW_RUNS=${runs}`);
}

test("on real Elasticsearch, any order, cuts, duplicates and crashes end at the traces of one batch", async (t) => {
  sayHowToRepeat(t);
  await fc.assert(
    fc.asyncProperty(anyPlan, (plan) => playCase(plan, randomTraffic, endless)),
    options,
  );
});

test("there too, spans that carry ids find their trace at any age, in a window too small for them", async (t) => {
  sayHowToRepeat(t);
  await fc.assert(
    fc.asyncProperty(anyPlan, (plan) => playCase(plan, namedTraffic, tiny)),
    options,
  );
});
