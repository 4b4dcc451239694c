import assert from "node:assert/strict";
import { test } from "node:test";
import { TrafficTime } from "../../../assembler/window/traffic-time";

const recentMs = 30_000;
const day = 1_750_000_000_000;
const none = new Set<string>();

test("as long as everything is read, time is when it was last asked, and never goes back", () => {
  const traffic = new TrafficTime();
  assert.equal(traffic.now, undefined);
  for (const [askedAt, now] of [
    [100, 100],
    [700, 700],
    [650, 700],
  ] as const) {
    traffic.advance(askedAt, none, recentMs);
    assert.equal(traffic.now, now);
  }
});

test("when reading is behind, time is that of the shard which is furthest behind", () => {
  const traffic = new TrafficTime();
  traffic.advance(0, none, recentMs);
  traffic.learn(
    60_000,
    new Map([
      ["a/0", [day + 60_000]],
      ["b/0", [day + 59_000]],
    ]),
  );
  traffic.reach("a/0", [day + 20_000]);
  traffic.reach("b/0", [day + 25_000]);
  traffic.advance(60_000, new Set(["a/0", "b/0"]), recentMs);
  assert.equal(traffic.now, 20_000);
  traffic.reach("a/0", [day + 40_000]);
  traffic.advance(61_000, new Set(["a/0", "b/0"]), recentMs);
  assert.equal(traffic.now, 25_000);
  traffic.advance(62_000, none, recentMs);
  assert.equal(traffic.now, 62_000);
});

test("a clock that counts from a boot goes by its own newest span, one that was silent by those of the others", () => {
  const traffic = new TrafficTime();
  traffic.learn(
    5000,
    new Map([
      ["booted/0", [9_000]],
      ["silent/0", [day - 3_600_000]],
      ["a/0", [day]],
    ]),
  );
  assert.equal(8000 + (traffic.offsetOf("booted/0") ?? 0), 4000);
  assert.equal(day + (traffic.offsetOf("silent/0") ?? 0), 5000);
  assert.equal(traffic.offsetOf("unknown/0"), undefined);
});

test("spans of an agent that was away for long hold up nobody, nor does one span that claims another time", () => {
  const traffic = new TrafficTime();
  traffic.advance(100_000, none, recentMs);
  traffic.learn(
    110_000,
    new Map([
      ["away/0", [day]],
      ["a/0", [day, day, day + 1e12]],
    ]),
  );
  traffic.reach("away/0", [day - 50_000]);
  traffic.reach("a/0", [day - 1e12, day - 2000, day - 1000]);
  traffic.advance(110_000, new Set(["away/0", "a/0"]), recentMs);
  assert.equal(traffic.now, 108_000);
});
