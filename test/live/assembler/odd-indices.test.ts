import assert from "node:assert/strict";
import { test } from "node:test";
import { waitFor } from "../../testbed/wait-for";
import { spanText } from "../../unit/assembler/support/span-text";
import { AnswerGate } from "./support/answer-gate";
import { LiveAssembler } from "./support/live-assembler";
import { LiveElastic } from "./support/live-elastic";

const elastic = new LiveElastic(async () => {
  gate = elastic.own(await AnswerGate.open(elastic.elasticsearch.nodeUrl));
  const reading = { poll_interval_ms: 100, page_size: 50 };
  assembler = elastic.own(new LiveAssembler({ url: gate.url }, { reading }));
  await assembler.start();
});
const { spans } = elastic;
let gate: AnswerGate;
let assembler: LiveAssembler;

async function write(index: string, name: string, count: number): Promise<void> {
  const ids = Array.from({ length: count }, (_, place) => `${name}-${place}`);
  await spans.write(ids.map((id) => ({ index, id, text: spanText({ id, traceId: name, start: 1000, end: 2000 }) })));
}

/** Waits until a trace has that many spans. */
async function hasTrace(id: string, count: number): Promise<void> {
  const found = async () => {
    const text = (await spans.traces()).get(id);
    return text !== undefined && JSON.parse(text).span_num === count;
  };
  await waitFor(found, { timeoutMs: 60_000, what: `${count} spans in trace ${id}` });
}

test("an index behind an alias that matches is read, once, also where index and alias both match", async () => {
  await spans.ask("PUT", "/elsewhere", JSON.stringify({ aliases: { spans_alias: {} } }));
  await spans.ask("PUT", "/spans_open", JSON.stringify({ aliases: { spans_again: {}, spans_thrice: {} } }));
  await write("elsewhere", "by-alias", 3);
  await write("spans_open", "by-both", 4);
  await hasTrace("by-alias", 3);
  await hasTrace("by-both", 4);
  assert.equal(await assembler.metric("spans_read_total"), 7);
});

test("a closed index holds up no other; opened again, it is read on where it was", async () => {
  await write("spans_shut", "shut", 120);
  await hasTrace("shut", 120);
  const before = await assembler.metric("spans_read_total");
  await spans.ask("POST", "/spans_shut/_close");
  await write("spans_open", "meanwhile", 5);
  await hasTrace("meanwhile", 5);
  await spans.ask("POST", "/spans_shut/_open?wait_for_active_shards=1");
  await write("spans_shut", "opened", 6);
  await hasTrace("opened", 6);
  assert.equal(await assembler.metric("spans_read_total"), before + 11);
  assert.equal((await assembler.verify()).lost, 0);
});

test("an index that is closed before the assembler starts anew keeps its cursor", async () => {
  await spans.ask("POST", "/spans_shut/_close");
  await assembler.end("SIGKILL");
  await assembler.start();
  await write("spans_open", "after-start", 2);
  await hasTrace("after-start", 2);
  await assembler.end("SIGTERM");
  await spans.ask("POST", "/spans_shut/_open?wait_for_active_shards=1");
  await assembler.start();
  await write("spans_shut", "again", 2);
  await hasTrace("again", 2);
  assert.equal(await assembler.metric("spans_read_total"), 2);
});

test("an index that is deleted or closed in the middle of reading holds up no other", async () => {
  for (const [what, method, action] of [
    ["deleted", "DELETE", ""],
    ["closed", "POST", "/_close"],
  ] as const) {
    const index = `spans_${what}`;
    let searches = 0;
    gate.refuse = async (line) => {
      if (line.startsWith(`POST /${index}/_search`) && ++searches === 3) await spans.ask(method, `/${index}${action}`);
      return undefined;
    };
    await write(index, what, 500);
    await write("spans_open", `beside-${what}`, 5);
    await hasTrace(`beside-${what}`, 5);
    await waitFor(async () => searches >= 3 && (await assembler.isReady()), {
      timeoutMs: 60_000,
      what: `the index to be ${what} and the assembler to be well`,
    });
    await write("spans_open", `after-${what}`, 5);
    await hasTrace(`after-${what}`, 5);
  }
  assert.deepEqual(
    assembler.log.filter(({ level }) => level === "error" || level === "fatal"),
    [],
  );
});
