import assert from "node:assert/strict";
import { test } from "node:test";
import { PageMemory } from "../../../assembler/elastic/page-memory";

const megabyte = 1024 * 1024;

function setUp() {
  const clock = { now: 0 };
  const memory = new PageMemory(() => clock.now);
  const page = (length: number) => memory.bodyOf(memory.take(length));
  return { clock, memory, page };
}

test("what a released page lay in takes the next one, whose bytes are as many as were asked for", () => {
  const { memory, page } = setUp();
  const first = page(3 * megabyte);
  const { buffer } = first.bytes;
  first.release();
  first.release();
  const next = memory.take(3 * megabyte - 5);
  assert.equal(next.buffer, buffer);
  assert.equal(next.length, 3 * megabyte - 5);
  assert.notEqual(memory.take(3 * megabyte).buffer, buffer);
});

test("a page that nobody released keeps its memory", () => {
  const { memory, page } = setUp();
  const first = page(megabyte);
  first.bytes.fill("a");
  memory.take(megabyte).fill("b");
  assert.equal(first.bytes.toString("latin1", 0, 3), "aaa");
});

test("neither too small nor much too large memory is taken, and the smallest that fits", () => {
  const { memory, page } = setUp();
  const [small, fit, large] = [1, 3, 8].map((size) => page(size * megabyte));
  const wanted = fit?.bytes.buffer;
  for (const body of [large, small, fit]) body?.release();
  assert.equal(memory.take(2.5 * megabyte).buffer, wanted);
  assert.equal(memory.take(2.5 * megabyte).buffer.byteLength, 3 * megabyte);
  assert.equal(memory.idleBytes, 9 * megabyte);
});

test("small answers are left to the collector, and stay valid", () => {
  const { memory, page } = setUp();
  const body = page(1000);
  body.release();
  assert.equal(body.bytes.length, 1000);
  assert.equal(memory.idleBytes, 0);
});

test("no more than 64 MB lie idle, and none for more than ten seconds once something is read", () => {
  const { clock, memory, page } = setUp();
  for (const body of Array.from({ length: 20 }, () => page(4 * megabyte))) body.release();
  assert.equal(memory.idleBytes, 64 * megabyte);
  clock.now = 10_001;
  memory.take(100);
  assert.equal(memory.idleBytes, 0);
});
