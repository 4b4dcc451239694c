import { type TestContext, test } from "node:test";
import fc from "fast-check";
import { setUpIndices } from "../../../assembler/elastic/index-setup";
import { anyPlan } from "../../unit/assembler/support/plan";
import { namedTraffic, randomTraffic } from "../../unit/assembler/support/random-traffic";
import { ElasticLaw } from "./support/elastic-law";
import { LiveElastic } from "./support/live-elastic";

const runs = Number(process.env.LIVE_LAW_RUNS ?? 15);
const seed = Number(process.env.LAW_SEED ?? 20240607);
const options = { numRuns: runs, seed, includeErrorInReport: true, endOnFailure: true };
const endless = { quietPeriodMs: 100, maxWaitMs: 1000, recentMs: 1e12, maxOpenSpans: 1e9 };
const tiny = { quietPeriodMs: 100, maxWaitMs: 500, recentMs: 200, maxOpenSpans: 6 };

const elastic: LiveElastic = new LiveElastic(() => setUpIndices(elastic.connection));
const law = new ElasticLaw(elastic);

function sayHowToRepeat(t: TestContext): void {
  t.diagnostic(`${runs} cases; the same again: LAW_SEED=${seed} LIVE_LAW_RUNS=${runs}`);
}

test("on real Elasticsearch, any order, cuts, duplicates and crashes end at the traces of one batch", async (t) => {
  sayHowToRepeat(t);
  await fc.assert(
    fc.asyncProperty(anyPlan, (plan) => law.play(plan, randomTraffic, endless)),
    options,
  );
});

test("there too, spans that carry ids find their trace at any age, in a window too small for them", async (t) => {
  sayHowToRepeat(t);
  await fc.assert(
    fc.asyncProperty(anyPlan, (plan) => law.play(plan, namedTraffic, tiny)),
    options,
  );
});

test("there too, spans that come while the last turn's traces are being written are where one batch has them", async (t) => {
  sayHowToRepeat(t);
  await fc.assert(
    fc.asyncProperty(anyPlan, (plan) => law.play(plan, randomTraffic, { ...endless, turnSpans: 12 })),
    options,
  );
});
