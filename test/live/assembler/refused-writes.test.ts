import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { bulk } from "../../../assembler/elastic/bulk";
import { ElasticConnection } from "../../../assembler/elastic/elastic-connection";
import { RawText } from "../../../assembler/json/raw-text";
import { waitFor } from "../../testbed/wait-for";
import { spanText } from "../../unit/assembler/support/span-text";
import { AnswerGate, type Refusal } from "./support/answer-gate";
import { LiveAssembler } from "./support/live-assembler";
import { LiveElastic } from "./support/live-elastic";

const elastic = new LiveElastic(async () => {
  gate = elastic.own(await AnswerGate.open(elastic.elasticsearch.nodeUrl));
  connection = elastic.own(new ElasticConnection({ url: gate.url }));
});
const { spans } = elastic;
let gate: AnswerGate;
let connection: ElasticConnection;

beforeEach(() => {
  gate.refuse = () => undefined;
});

/** Ten documents of a megabyte: three requests or more. */
const operations = Array.from({ length: 10 }, (_, place) => ({
  action: { create: { _id: `d${place}` } },
  document: RawText.from(JSON.stringify({ text: "x".repeat(1024 * 1024) })),
}));

/** The nth bulk request, from 1, is refused. */
function refuseBulk(nth: number, refusal: Refusal): void {
  let count = 0;
  gate.refuse = (line) => (line.includes("/_bulk") && ++count === nth ? refusal : undefined);
}

for (const [what, refusal] of [
  ["503", { status: 503 }],
  ["a cut connection", "cut"],
] as const) {
  test(`of a bulk in several requests, one that ends in ${what} leaves the outcomes of the others`, async () => {
    const index = `bulk-${what.replaceAll(" ", "-")}`;
    await spans.createUnmapped(index);
    refuseBulk(2, refusal);
    const outcomes = await bulk(connection, index, operations);
    assert.equal(outcomes.length, operations.length);
    const taken = outcomes.filter(({ kind }) => kind === "written").length;
    assert.ok(taken > 0 && taken < operations.length, String(taken));
    assert.ok(outcomes.every(({ kind }) => kind === "written" || kind === "busy"));
    assert.equal((await spans.documents(index)).length, taken);
    gate.refuse = () => undefined;
    const left = operations.filter((_, place) => outcomes[place]?.kind === "busy");
    assert.ok((await bulk(connection, index, left)).every(({ kind }) => kind === "written"));
    assert.equal((await spans.documents(index)).length, operations.length);
  });
}

test("a bulk of which nothing is answered is an error that says how long to wait", async () => {
  gate.refuse = () => ({ status: 429, retryAfter: 7 });
  await assert.rejects(bulk(connection, "bulk-none", operations), { kind: "busy", retryAfterMs: 7000 });
});

test("the service waits out 429, 503 and cuts at any of its requests, and ends exact", async () => {
  const assembler = elastic.own(new LiveAssembler({ url: gate.url }));
  const direct = elastic.own(new LiveAssembler(elastic.elasticsearch));
  let count = 0;
  let refused = 0;
  // It opens with some forty requests in a row.
  let every = 50;
  const refusals: readonly Refusal[] = [{ status: 429, retryAfter: 1 }, { status: 503 }, "cut"];
  gate.refuse = (line) => {
    if (line.startsWith("GET /_cluster")) return undefined;
    count += 1;
    if (count % every !== 0) return undefined;
    refused += 1;
    return refusals[refused % 3];
  };
  await assembler.start();
  await waitFor(() => assembler.isReady(), { timeoutMs: 60_000, what: "the assembler to be ready" });
  every = 7;
  for (let batch = 0; batch < 10; batch += 1) {
    const ids = Array.from({ length: 100 }, (_, place) => `s${batch}-${place}`);
    await spans.write(
      ids.map((id) => ({
        index: `spans_a${batch % 3}`,
        id,
        text: spanText({ id, traceId: `t${id.slice(1).split("-")[1]}`, start: 1000, end: 2000 }),
      })),
    );
  }
  const { spans: found, traces, lost, duplicated, split } = await direct.verify();
  assert.deepEqual(
    { found, traces, lost, duplicated, split },
    { found: 1000, traces: 100, lost: 0, duplicated: 0, split: 0 },
  );
  assert.ok(refused >= 3, String(refused));
});
