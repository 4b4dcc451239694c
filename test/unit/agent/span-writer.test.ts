import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { createLog } from "../../../examples/agent/src/log";
import type { StoredSpan } from "../../../examples/agent/src/span-document";
import { type SpanStore, SpanWriter, type WriterLimits } from "../../../examples/agent/src/span-writer";
import { Spool, type SpoolLimits } from "../../../examples/agent/src/spool";
import { waitFor } from "../../testbed/wait-for";

const limits: WriterLimits = { batchSize: 10, bulkSize: 10, memoryBytes: 1_000_000 };
const roomy: SpoolLimits = { segmentBytes: 1_000_000, totalBytes: 1_000_000 };
const spans = (count: number, first = 0): StoredSpan[] =>
  Array.from({ length: count }, (_, i) => ({ id: `id${first + i}`, json: `{"n":${first + i}}` }));

/** A store whose state the test sets: what it took, in order, and what it does with the next request. */
class TestStore implements SpanStore {
  readonly taken: string[] = [];
  answer: "takes" | "is away" | "is full" | "hangs" | "finds it too large" = "takes";
  refused = new Set<string>();
  #abort = (): void => {};

  async write(batch: readonly StoredSpan[]): ReturnType<SpanStore["write"]> {
    if (this.answer === "is away") throw new Error("away");
    if (this.answer === "finds it too large" && batch.length > 1)
      throw Object.assign(new Error("413"), { status: 413 });
    if (this.answer === "is full") return { written: 0, retry: [...batch], rejected: [] };
    if (this.answer === "hangs") {
      await new Promise<void>((_, reject) => {
        this.#abort = () => reject(new Error("closed"));
      });
    }
    const good = batch.filter(({ id }) => !this.refused.has(id));
    this.taken.push(...good.map(({ id }) => id));
    const rejected = batch.filter(({ id }) => this.refused.has(id)).map(({ id }) => ({ id, reason: "400" }));
    return { written: good.length, retry: [], rejected };
  }

  close(): void {
    this.#abort();
  }
}

async function withWriter(
  work: (parts: { writer: SpanWriter; store: TestStore; directory: string; logged: string[] }) => Promise<void>,
  spoolLimits = roomy,
): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "writer-"));
  const store = new TestStore();
  const logged: string[] = [];
  const log = createLog((line) => logged.push(line));
  const writer = new SpanWriter(store, await Spool.open(directory, spoolLimits), limits, log);
  writer.start();
  try {
    await work({ writer, store, directory, logged });
  } finally {
    await writer.stop();
    await rm(directory, { recursive: true });
  }
}

async function spooled(directory: string): Promise<number> {
  const spool = await Spool.open(directory, roomy);
  const { count } = spool;
  await spool.close();
  return count;
}

test("spans are written in order, a full batch at once and a few after a moment", () =>
  withWriter(async ({ writer, store }) => {
    for (const span of spans(25)) writer.add(span);
    await waitFor(async () => writer.counts.written === 25, { timeoutMs: 30_000, what: "all spans written" });
    assert.deepEqual(
      store.taken,
      spans(25).map(({ id }) => id),
    );
    assert.deepEqual(writer.counts, { written: 25, buffered: 0, dropped: 0 });
    assert.deepEqual(writer.reachability, { reachable: true, last_error: null });
  }));

for (const answer of ["is away", "is full"] as const) {
  test(`while the store ${answer} spans wait on disk, and all are written when it is back`, () =>
    withWriter(async ({ writer, store, directory }) => {
      store.answer = answer;
      for (const span of spans(50)) writer.add(span);
      await waitFor(async () => (await spooled(directory)) === 50, { timeoutMs: 30_000, what: "all spans on disk" });
      assert.equal(writer.counts.buffered, 50);
      assert.notEqual(writer.reachability.last_error, null);
      store.answer = "takes";
      await waitFor(async () => writer.counts.written === 50, { timeoutMs: 30_000, what: "all spans written" });
      assert.deepEqual(
        [...store.taken].sort(),
        spans(50)
          .map(({ id }) => id)
          .sort(),
      );
      assert.deepEqual(writer.counts, { written: 50, buffered: 0, dropped: 0 });
      assert.equal(writer.reachability.last_error, null);
    }));
}

test("a store that hangs holds up nothing: later spans go to the disk within about a second", () =>
  withWriter(async ({ writer, store, directory }) => {
    store.answer = "hangs";
    for (const span of spans(10)) writer.add(span);
    for (const span of spans(10, 10)) writer.add(span);
    await waitFor(async () => (await spooled(directory)) === 10, {
      timeoutMs: 30_000,
      what: "the later spans on disk",
    });
    const started = Date.now();
    await writer.stop();
    assert.ok(Date.now() - started < 5_000);
    assert.equal(await spooled(directory), 20);
  }));

test("what the store refuses for good is dropped, counted and logged; the rest of its batch is written", () =>
  withWriter(async ({ writer, store, logged }) => {
    store.refused.add("id3");
    for (const span of spans(10)) writer.add(span);
    await waitFor(async () => writer.counts.buffered === 0, { timeoutMs: 30_000, what: "the batch handled" });
    assert.deepEqual(writer.counts, { written: 9, buffered: 0, dropped: 1 });
    assert.ok(logged.some((line) => line.includes("refused them for good")));
  }));

test("beyond the disk's limit spans are dropped, counted, and the setting is named", () =>
  withWriter(
    async ({ writer, store, logged }) => {
      store.answer = "is away";
      for (const span of spans(50)) writer.add(span);
      await waitFor(async () => writer.counts.dropped > 0, { timeoutMs: 30_000, what: "some spans dropped" });
      assert.equal(writer.counts.dropped + writer.counts.buffered, 50);
      assert.ok(logged.some((line) => line.includes("file_size_limit")));
    },
    { segmentBytes: 100, totalBytes: 300 },
  ));

test("a request that is too large is made smaller", () =>
  withWriter(async ({ writer, store }) => {
    store.answer = "finds it too large";
    const large = spans(4).map(({ id }) => ({ id, json: JSON.stringify({ text: "x".repeat(60_000) }) }));
    for (const span of large) writer.add(span);
    await waitFor(async () => writer.counts.written === 4, { timeoutMs: 30_000, what: "all spans written" });
  }));

test("a writer that stops writes what waits", async () => {
  await withWriter(async ({ writer, store }) => {
    for (const span of spans(3)) writer.add(span);
    await writer.stop();
    assert.equal(store.taken.length, 3);
  });
});
