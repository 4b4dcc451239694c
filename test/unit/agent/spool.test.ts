import assert from "node:assert/strict";
import { appendFile, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import type { StoredSpan } from "../../../examples/agent/src/span-document";
import { Spool, type SpoolLimits } from "../../../examples/agent/src/spool";

const roomy: SpoolLimits = { segmentBytes: 1000, totalBytes: 1_000_000 };
const spansFrom = (first: number, count: number): StoredSpan[] =>
  Array.from({ length: count }, (_, i) => ({ id: `id${first + i}`, json: `{"é":${first + i}}` }));
const ids = (spans: StoredSpan[]): string[] => spans.map(({ id }) => id);

async function inDirectory(work: (directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "spool-"));
  try {
    await work(directory);
  } finally {
    await rm(directory, { recursive: true });
  }
}

async function takeAll(spool: Spool): Promise<StoredSpan[]> {
  const taken: StoredSpan[] = [];
  for (;;) {
    const spans = await spool.peek(7, 10_000);
    if (spans.length === 0) return taken;
    taken.push(...spans);
    await spool.drop();
  }
}

test("spans come back in order, over a restart too, and leave no file", () =>
  inDirectory(async (directory) => {
    const before = await Spool.open(directory, roomy);
    assert.equal(await before.append(spansFrom(0, 100)), 100);
    assert.deepEqual(ids(await before.peek(30, 10_000)), ids(spansFrom(0, 30)));
    await before.drop();
    await before.close();

    const after = await Spool.open(directory, roomy);
    assert.equal(after.count, 70);
    await after.append(spansFrom(100, 5));
    assert.deepEqual(await takeAll(after), spansFrom(30, 75));
    assert.equal(after.count, 0);
    assert.deepEqual(await readdir(directory), []);
    await after.close();
  }));

test("spans that were looked at but not dropped come again", () =>
  inDirectory(async (directory) => {
    const spool = await Spool.open(directory, roomy);
    await spool.append(spansFrom(0, 5));
    await spool.peek(3, 10_000);
    assert.deepEqual(ids(await spool.peek(3, 10_000)), ["id0", "id1", "id2"]);
    await spool.close();
    const after = await Spool.open(directory, roomy);
    assert.equal((await takeAll(after)).length, 5);
    await after.close();
  }));

test("a position left by a segment that is gone is not taken for that of the next one", () =>
  inDirectory(async (directory) => {
    for (let round = 0; round < 3; round++) {
      const spool = await Spool.open(directory, roomy);
      await spool.append(spansFrom(round * 10, 10));
      if (round < 2) {
        await spool.peek(4, 10_000);
        await spool.drop();
        await takeAll(spool);
      }
      await spool.close();
    }
    const spool = await Spool.open(directory, roomy);
    assert.equal(spool.count, 10);
    assert.deepEqual(await takeAll(spool), spansFrom(20, 10));
    await spool.close();
  }));

test("a last line that a crash cut short is passed over", () =>
  inDirectory(async (directory) => {
    const before = await Spool.open(directory, roomy);
    await before.append(spansFrom(0, 3));
    await before.close();
    await appendFile(join(directory, "00000001.ndjson"), 'id9\t{"half');
    const after = await Spool.open(directory, roomy);
    await after.append(spansFrom(3, 2));
    assert.equal(after.count, 5);
    assert.deepEqual(await takeAll(after), spansFrom(0, 5));
    await after.close();
  }));

test("beyond its limit it takes no more, and takes again once there is room", () =>
  inDirectory(async (directory) => {
    const spool = await Spool.open(directory, { segmentBytes: 50, totalBytes: 150 });
    const taken = await spool.append(spansFrom(0, 100));
    assert.ok(taken > 0 && taken < 20, `took ${taken}`);
    assert.equal(spool.count, taken);
    assert.equal(await spool.append(spansFrom(100, 1)), 0);
    await takeAll(spool);
    assert.equal(await spool.append(spansFrom(100, 1)), 1);
    await spool.close();
  }));

test("a request's bytes bound what is looked at, but one span always comes", () =>
  inDirectory(async (directory) => {
    const spool = await Spool.open(directory, roomy);
    await spool.append(spansFrom(0, 10));
    assert.equal((await spool.peek(10, 1)).length, 1);
    assert.equal((await spool.peek(10, 30)).length, 2);
    await spool.close();
  }));

test("any mix of appends, reads and restarts gives every span once and in order", () =>
  inDirectory(async (root) => {
    const step = fc.oneof(
      fc.record({ append: fc.integer({ min: 1, max: 30 }) }),
      fc.record({ take: fc.integer({ min: 1, max: 30 }) }),
      fc.constant({ restart: true }),
    );
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
        const directory = join(root, String(run++));
        let spool = await Spool.open(directory, { segmentBytes: 200, totalBytes: 1_000_000 });
        let added = 0;
        const taken: StoredSpan[] = [];
        for (const each of steps) {
          if ("append" in each) {
            await spool.append(spansFrom(added, each.append));
            added += each.append;
          } else if ("take" in each) {
            taken.push(...(await spool.peek(each.take, 10_000)));
            await spool.drop();
          } else {
            await spool.close();
            spool = await Spool.open(directory, { segmentBytes: 200, totalBytes: 1_000_000 });
          }
          assert.equal(spool.count, added - taken.length);
        }
        taken.push(...(await takeAll(spool)));
        assert.deepEqual(taken, spansFrom(0, added));
        await spool.close();
      }),
      { numRuns: 30 },
    );
  }));
