import assert from "node:assert/strict";
import type { GroupingLimits } from "../../../../assembler/window/grouping-limits";
import { assembleBatch } from "../../../unit/assembler/support/batch-model";
import { type Plan, play } from "../../../unit/assembler/support/plan";
import { Random } from "../../../unit/assembler/support/random";
import type { Arrival } from "../../../unit/assembler/support/random-traffic";
import { Runner } from "../../../unit/assembler/support/runner";
import { CrashingElasticStore } from "./crashing-elastic-store";
import type { LiveElastic } from "./live-elastic";

type Traffic = (random: Random, scene: { name: string; start: number }) => Arrival[];

/** The assembly law on real Elasticsearch. */
export class ElasticLaw {
  #cases = 0;

  constructor(readonly elastic: LiveElastic) {}

  /** Plays one case with ids, indices and cursors of its own, and compares its traces to those of one batch. */
  async play(plan: Plan, traffic: Traffic, limits: GroupingLimits): Promise<void> {
    this.#cases += 1;
    const number = this.#cases;
    const { connection, spans } = this.elastic;
    const name = `c${number}-`;
    const prefix = `spans_c${number}_`;
    const random = new Random(plan.seed);
    const arrivals = random.shuffle(traffic(random, { name, start: 0 })).map((arrival) => ({
      ...arrival,
      index: arrival.index.replace("spans_", prefix),
    }));
    for (const index of new Set(arrivals.map((arrival) => arrival.index))) await spans.create(index, plan.shards);
    const store = new CrashingElasticStore(connection, `c${number}`, `${prefix}*`, plan.pageSize);
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
}
