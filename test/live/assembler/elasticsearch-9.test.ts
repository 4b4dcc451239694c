import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { setUpIndices } from "../../../assembler/elastic/index-setup";
import { timeOfDocumentId } from "../../../assembler/span/document-time";
import { runsHere } from "../../testbed/tools/elasticsearch-home";
import { waitFor } from "../../testbed/wait-for";
import { assembleBatch } from "../../unit/assembler/support/batch-model";
import { anyPlan } from "../../unit/assembler/support/plan";
import { Random } from "../../unit/assembler/support/random";
import { randomTraffic } from "../../unit/assembler/support/random-traffic";
import { ElasticLaw } from "./support/elastic-law";
import { LiveAssembler } from "./support/live-assembler";
import { LiveElastic } from "./support/live-elastic";
import { longTraffic } from "./support/long-traffic";

const limits = { quietPeriodMs: 100, maxWaitMs: 1000, recentMs: 1e12, maxOpenSpans: 1e9 };

describe("on Elasticsearch 9", async () => {
  if (!(await runsHere("9"))) {
    test("the assembler is as exact as on 8", { skip: "this machine has no Java 21 or newer" });
    return;
  }
  const elastic = new LiveElastic(async () => {}, { elasticsearch: "9" });
  const { spans } = elastic;

  test("the service starts, reads, writes and verifies", async () => {
    assert.match(JSON.parse(await spans.ask("GET", "/")).version.number, /^9\./);
    const assembler = elastic.own(new LiveAssembler(elastic.elasticsearch));
    await assembler.start();
    await waitFor(() => assembler.isReady(), { timeoutMs: 60_000, what: "the assembler to be ready" });
    await spans.write(longTraffic(new Random(9), 40));
    const { lost, duplicated, pending, split, outdated } = await assembler.verify();
    assert.deepEqual([lost, duplicated, pending, split, outdated], [0, 0, 0, 0, 0]);
    const batch = assembleBatch(await spans.documents());
    assert.deepEqual(new Map([...(await spans.traces())].sort()), new Map([...batch.traces].sort()));
    assert.equal(await assembler.end("SIGTERM"), "ended with status 0");
  });

  test("an id that it makes for a document tells when it took it, as that of 8 does", async () => {
    const sent = Date.now();
    const { _id } = JSON.parse(await spans.ask("POST", "/spans_id/_doc", '{"component":"shop"}')) as { _id: string };
    const taken = timeOfDocumentId(_id);
    assert.ok(taken !== undefined && taken >= sent && taken <= Date.now(), `${_id}: ${taken}, sent at ${sent}`);
  });

  test("any order, cuts, duplicates and crashes end at the traces of one batch", async () => {
    await elastic.clear();
    await setUpIndices(elastic.connection);
    const law = new ElasticLaw(elastic);
    const seed = Number(process.env.LAW_SEED ?? 20240607);
    await fc.assert(
      fc.asyncProperty(anyPlan, (plan) => law.play(plan, randomTraffic, limits)),
      { numRuns: 5, seed, includeErrorInReport: true, endOnFailure: true },
    );
  });
});
