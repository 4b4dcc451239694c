import assert from "node:assert/strict";
import { test } from "node:test";
import { RefreshProof, searchableUpTo } from "../../../assembler/elastic/refresh-proof";
import { intervalMs } from "../../../assembler/elastic/refresh-watch";

const counts = (...each: number[]) => new Map(each.map((count, node) => [`node${node}`, count]));

test("numbers are taken up to the first gap, and over gaps that are proven to be no late writes", () => {
  assert.equal(searchableUpTo(-1, [0, 1, 2], -1), 2);
  assert.equal(searchableUpTo(-1, [0, 1, 3], -1), 1);
  assert.equal(searchableUpTo(-1, [1, 2], -1), -1);
  assert.equal(searchableUpTo(4, [7, 8, 10], 6), 8);
  assert.equal(searchableUpTo(4, [], 9), 9);
  assert.equal(searchableUpTo(4, [5, 6], 2), 6);
});

test("a checkpoint is searchable after two further refreshes of every copy", () => {
  const proof = new RefreshProof();
  proof.note(10, counts(5, 8), 0, 1000);
  proof.note(20, counts(6, 9), 1, 1000);
  assert.equal(proof.provenUpTo, -1);
  proof.note(30, counts(7, 9), 2, 1000);
  assert.equal(proof.provenUpTo, -1);
  proof.note(40, counts(8, 10), 3, 1000);
  assert.equal(proof.provenUpTo, 10);
  proof.note(50, counts(10, 12), 4, 1000);
  assert.equal(proof.provenUpTo, 40);
});

test("a copy that moved or was made anew has proven nothing yet", () => {
  for (const other of [new Map([["node7", 90]]), counts(1), counts(90, 90)]) {
    const proof = new RefreshProof();
    proof.note(10, counts(5), 0, 1000);
    proof.note(20, other, 1, 1000);
    assert.equal(proof.provenUpTo, -1);
  }
});

test("where nothing was refreshed for long there is nothing to refresh; time without answers does not count", () => {
  const looks = (everyMs: number, interval: number) => {
    const proof = new RefreshProof();
    let now = 0;
    for (; proof.provenUpTo < 10 && now < 600_000; now += everyMs) proof.note(10, counts(5), now, interval);
    return now - everyMs;
  };
  assert.equal(looks(1000, 1000), 30_000);
  assert.equal(looks(1000, 6000), 60_000);
  assert.equal(looks(60_000, 1000), 360_000);
  assert.equal(looks(1000, Number.POSITIVE_INFINITY), 599_000);
});

test("a refresh begins the quiet time anew", () => {
  const proof = new RefreshProof();
  for (let now = 0; now <= 100_000; now += 5000) proof.note(10, counts(now < 15_000 ? 5 : 6), now, 1000);
  assert.equal(proof.provenUpTo, 10);
  const restless = new RefreshProof();
  for (let now = 0; now <= 25_000; now += 5000) restless.note(10, counts(now < 15_000 ? 5 : 6), now, 1000);
  assert.equal(restless.provenUpTo, -1);
});

test("refresh intervals are read in all units", () => {
  assert.deepEqual(["150ms", "1s", "2.5s", "5m", "1h", "-1", "soon"].map(intervalMs), [
    150,
    1000,
    2500,
    300_000,
    3_600_000,
    Number.POSITIVE_INFINITY,
    Number.POSITIVE_INFINITY,
  ]);
});
