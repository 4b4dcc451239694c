import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { RawText } from "../../../assembler/json/raw-text";
import { waitFor } from "../../testbed/wait-for";
import { assembleBatch } from "../../unit/assembler/support/batch-model";
import { Random } from "../../unit/assembler/support/random";
import type { Arrival } from "../../unit/assembler/support/random-traffic";
import { spanText } from "../../unit/assembler/support/span-text";
import { assertStored } from "./support/assert-stored";
import { LiveAssembler } from "./support/live-assembler";
import { LiveElastic } from "./support/live-elastic";
import { longTraffic } from "./support/long-traffic";

const elastic = new LiveElastic();
const { spans } = elastic;

const hotSpans = 200_000;
const mostInTrace = 5000;
const mostOpen = 30_000;
const batch = 4000;
/** Resident, in KiB; 412 MiB were measured. */
const mostResident = 600 * 1024;

test("200,000 spans of one trace id cost no other trace anything: theirs is bounded, and so is memory", async (t) => {
  // However slow the machine: what left memory before a late span came would lack its links.
  const recent_ms = 600_000;
  const grouping = { quiet_period_ms: 300, recent_ms, max_trace_spans: mostInTrace, max_open_spans: mostOpen };
  const assembler = elastic.own(new LiveAssembler(elastic.elasticsearch, { grouping }));
  await assembler.start();
  const others = longTraffic(new Random(5), 100);
  /** What Elasticsearch holds in the end, by index and id. */
  const written = new Map<string, Arrival>();
  const perBatch = Math.ceil((others.length * batch) / hotSpans);
  for (let from = 0; from < hotSpans; from += batch) {
    const ids = Array.from({ length: batch }, (_, place) => `hot${((from + place) * 7919) % hotSpans}`);
    const hot = ids.map((id, place) => {
      const start = (from + place) * 1000;
      return { index: `spans_a${place % 2}`, id, text: spanText({ id, traceId: "hot", start, end: start + 500 }) };
    });
    const some = [...hot, ...others.splice(0, perBatch)];
    for (const arrival of some) written.set(`${arrival.index}/${arrival.id}`, arrival);
    await spans.write(some);
  }
  assert.equal(others.length, 0);

  const { lost, duplicated, pending, split, rejected } = await assembler.verify();
  assert.deepEqual({ lost, duplicated, pending, split }, { lost: 0, duplicated: 0, pending: 0, split: 0 });
  assert.ok(rejected >= hotSpans - mostInTrace);
  await waitFor(async () => (await assembler.metric("open_traces")) === 0, { timeoutMs: 30_000, what: "all to rest" });
  const documents = [...written.values()].map(({ index, id, text }) => {
    const source = RawText.from(RawText.from(text).onOneLine().toString());
    return { index, hit: { id, seqNo: 0, version: 1, source } };
  });
  const expected = assembleBatch(documents, mostInTrace);
  await assertStored(spans, expected.traces);
  const hot = JSON.parse(expected.traces.get("hot") ?? "");
  assert.deepEqual([hot.span_num, hot.complete], [mostInTrace, false]);

  assert.equal(await assembler.metric("traces_cut_total"), 1);
  assert.deepEqual(
    assembler.log.filter(({ level }) => level === "error" || level === "fatal"),
    [],
  );
  const warnings = assembler.log.filter(({ msg }) => String(msg).startsWith("spans are rejected: more of them carry"));
  assert.equal(warnings[0]?.trace_id, "hot");
  const [first, last] = [warnings[0], warnings.at(-1)].map((line) => Date.parse(String(line?.time)));
  assert.ok(warnings.length <= 1 + ((last ?? 0) - (first ?? 0)) / 10_000, `${warnings.length} warnings`);
  const resident = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${assembler.pid}/status`, "utf8"))?.[1]);
  t.diagnostic(`${warnings.length} warnings, ${resident} KiB resident at most`);
  assert.ok(resident < mostResident, `${resident} KiB`);
});
