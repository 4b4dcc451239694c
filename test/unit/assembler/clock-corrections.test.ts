import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { assembleTrace } from "../../../assembler/trace/assemble-trace";
import type { Trace } from "../../../assembler/trace/trace";
import { TraceClock } from "../../../assembler/trace/trace-clock";
import { documentOf } from "./support/document-of";
import { Random } from "./support/random";
import { type AgentSketch, callBetween, membersOf } from "./support/trace-members";

const root: AgentSketch = { id: "root", agent: "front", start: 0, end: 1000 };
const traceOf = (sketches: readonly AgentSketch[]) => assembleTrace(membersOf(sketches), () => false);
const offsets = (trace: Trace) => trace.clockCorrections.map(({ agent, offset }) => [agent, offset]);

test("clocks that agree as far as can be seen get no correction", () => {
  const trace = traceOf([
    root,
    ...callBetween("call", "root", { agent: "front", start: 100, end: 200 }, { agent: "back", start: 100, end: 200 }),
  ]);
  assert.deepEqual(trace.clockCorrections, []);
  assert.ok(!documentOf(trace).includes("corrected_start_time"));
});

test("a host that counts from boot is put where its calls allow, in the middle, exact to the nanosecond", () => {
  const clock = -1_600_000_000_987_654_321n;
  const trace = traceOf([
    root,
    ...callBetween(
      "one",
      "root",
      { agent: "front", start: 100, end: 200 },
      { agent: "back", clock, start: 90, end: 130 },
    ),
    ...callBetween(
      "two",
      "root",
      { agent: "front", start: 300, end: 400 },
      { agent: "back", clock, start: 301, end: 381 },
    ),
  ]);
  // One allows 10 to 70, two allows -1 to 19.
  assert.deepEqual(trace.clockCorrections, [
    {
      agent: "back",
      relativeTo: "front",
      offset: -clock + 14n,
      least: -clock + 10n,
      most: -clock + 19n,
      clientSpanId: "one",
      serverSpanId: "one.s",
    },
  ]);
  assert.deepEqual(
    trace.spans.map(({ span }) => span.spanId),
    ["root", "one", "one.s", "two", "two.s"],
  );
  const document = documentOf(trace);
  const raw = 1_700_000_000_123_456_789n + clock + 90n;
  assert.ok(document.includes(`"start_time":${raw},`), "the raw time stays");
  assert.ok(document.includes(`"corrected_start_time":${raw - clock + 14n},`));
  assert.deepEqual([trace.startTime, trace.duration], [1_700_000_000_123_456_789n, 1000n]);
});

test("hosts further down are corrected over those between", () => {
  const away = -5_000_000n;
  const trace = traceOf([
    root,
    ...callBetween(
      "a",
      "root",
      { agent: "front", start: 100, end: 200 },
      { agent: "mid", clock: away, start: 110, end: 190 },
    ),
    ...callBetween(
      "b",
      "a.s",
      { agent: "mid", clock: away, start: 120, end: 160 },
      { agent: "back", clock: 7_000_000n, start: 130, end: 150 },
    ),
  ]);
  assert.deepEqual(offsets(trace), [
    ["mid", -away],
    ["back", -7_000_000n],
  ]);
});

test("an offset that alone would do is not taken where another host's calls rule it out", () => {
  const trace = traceOf([
    root,
    ...callBetween("a", "root", { agent: "front", start: 100, end: 200 }, { agent: "mid", start: 110, end: 120 }),
    ...callBetween("b", "root", { agent: "front", start: 300, end: 400 }, { agent: "back", start: 300, end: 400 }),
    ...callBetween("c", "a.s", { agent: "mid", start: 111, end: 119 }, { agent: "back", start: 150, end: 157 }),
  ]);
  // Mid could stay for its own call, but back, which can not move, was asked by it 39 to 38 later than it says.
  assert.deepEqual(offsets(trace), [["mid", 38n]]);
  assert.deepEqual(trace.warnings, []);
});

test("a server that is at it longer than its client waits says when it began, not when it ended", () => {
  const timeout = (clock: bigint) =>
    traceOf([
      root,
      ...callBetween(
        "call",
        "root",
        { agent: "front", start: 100, end: 200 },
        { agent: "back", clock, start: 110, end: 900 },
      ),
    ]);
  assert.deepEqual(timeout(0n).clockCorrections, []);
  assert.deepEqual(offsets(timeout(1_000_000n)), [["back", -1_000_000n + 40n]]);
});

test("where requests contradict one another, the offset that most of them allow is taken, and the others are counted", () => {
  const server = (start: number, end: number) => ({ agent: "back", clock: 10_000n, start, end });
  const trace = traceOf([
    root,
    ...callBetween("a", "root", { agent: "front", start: 100, end: 120 }, server(105, 115)),
    ...callBetween("b", "root", { agent: "front", start: 200, end: 220 }, server(205, 215)),
    ...callBetween("c", "root", { agent: "front", start: 300, end: 320 }, server(505, 515)),
  ]);
  assert.deepEqual(offsets(trace), [["back", -10_000n]]);
  assert.deepEqual(trace.warnings, ["clocks of back and front: 1 of 3 requests between them do not fit"]);
  assert.equal(trace.complete, true);
});

test("hosts whose ranges contradict one another in a ring are put where the nearer ones have them", () => {
  const trace = traceOf([
    root,
    ...callBetween("a", "root", { agent: "front", start: 100, end: 110 }, { agent: "mid", start: 100, end: 110 }),
    ...callBetween("b", "root", { agent: "front", start: 300, end: 310 }, { agent: "back", start: 300, end: 310 }),
    ...callBetween("c", "a.s", { agent: "mid", start: 101, end: 109 }, { agent: "back", start: 201, end: 209 }),
  ]);
  assert.deepEqual(offsets(trace), []);
  assert.deepEqual(trace.warnings, ["clocks of back and mid: 1 of 1 requests between them do not fit"]);
});

test("spans that hang on nothing of the root's keep the clock of their own top span's host", () => {
  const trace = traceOf([
    root,
    ...callBetween("lost", "gone", { agent: "x", start: 0, end: 10 }, { agent: "y", clock: 500n, start: 1, end: 9 }),
  ]);
  assert.deepEqual(
    trace.clockCorrections.map(({ agent, relativeTo, offset }) => [agent, relativeTo, offset]),
    [["y", "x", -500n]],
  );
});

test("a child that is no answer to a call may outlast its parent: it says nothing about clocks", () => {
  const job: AgentSketch = { id: "job", agent: "back", parentId: "root", start: 5000, end: 9000 };
  assert.deepEqual(traceOf([root, job]).clockCorrections, []);
});

/** A tree of calls over some hosts, all on one clock; each callee lies within its call. */
function randomCalls(random: Random, agents: number): AgentSketch[] {
  const sketches: AgentSketch[] = [{ id: "0", agent: "a0", start: 0, end: 1_000_000 }];
  for (const served of sketches) {
    if (sketches.length > 40 || served.direction === "Egress") continue;
    for (let call = random.int(0, 3); call > 0; call -= 1) {
      const start = random.int(served.start, served.end);
      const end = random.int(start, served.end);
      const from = random.int(start, end);
      const client = { agent: served.agent as string, start, end };
      const server = { agent: `a${random.int(0, agents - 1)}`, start: from, end: random.int(from, end) };
      sketches.push(...callBetween(`${sketches.length}`, served.id, client, server));
    }
  }
  return sketches;
}

const scene = fc.record({
  seed: fc.integer(),
  agents: fc.integer({ min: 2, max: 6 }),
  clocks: fc.array(fc.bigInt({ min: -1_700_000_000_000_000_000n, max: 1_700_000_000_000_000_000n }), {
    minLength: 6,
    maxLength: 6,
  }),
});

test("whatever the hosts' clocks show, every callee lies within its call once they are corrected", () => {
  fc.assert(
    fc.property(scene, ({ seed, agents, clocks }) => {
      const sketches = randomCalls(new Random(seed), agents).map((sketch) => ({
        ...sketch,
        clock: clocks[Number(sketch.agent?.slice(1))] as bigint,
      }));
      const trace = traceOf(sketches);
      const clock = new TraceClock(trace.clockCorrections);
      const spans = new Map(trace.spans.map(({ span }) => [span.spanId, span]));
      for (const { clientSpanId, serverSpanId } of trace.operations) {
        const client = spans.get(clientSpanId);
        const server = spans.get(serverSpanId);
        assert.ok(client !== undefined && server !== undefined);
        assert.ok(clock.startOf(client) <= clock.startOf(server) && clock.endOf(server) <= clock.endOf(client));
      }
      for (const { offset, least, most } of trace.clockCorrections) assert.ok(least <= offset && offset <= most);
      assert.ok(!trace.warnings.some((warning) => warning.startsWith("clocks of")));
      assert.equal(clock.offsetOf("a0"), 0n);
    }),
    { numRuns: 300, seed: 11 },
  );
});

test("clocks that are right are left alone, whatever the calls", () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      assert.deepEqual(traceOf(randomCalls(new Random(seed), 5)).clockCorrections, []);
    }),
    { numRuns: 200, seed: 12 },
  );
});

test("corrections follow from the spans alone, not from their order", () => {
  fc.assert(
    fc.property(scene, ({ seed, agents, clocks }) => {
      const random = new Random(seed);
      const sketches = randomCalls(random, agents).map((sketch) => ({
        ...sketch,
        // Some spans of a host an hour off as well, so that requests contradict one another.
        clock: (clocks[Number(sketch.agent?.slice(1))] as bigint) + (random.chance(0.2) ? 3_600_000_000_000n : 0n),
      }));
      assert.equal(documentOf(traceOf(random.shuffle(sketches))), documentOf(traceOf(sketches)));
    }),
    { numRuns: 300, seed: 13 },
  );
});

test("a hundred hosts in a row, each on a clock of its own, are all put right", () => {
  const sketches: AgentSketch[] = [root];
  let parentId = "root";
  for (let host = 0; host < 100; host += 1) {
    const side = (name: number) => ({ agent: `h${name}`, clock: BigInt(name) * 1_000_000n });
    const client = host === 0 ? { agent: "front" } : side(host);
    const from = { ...client, start: host * 2, end: 1000 - host * 2 };
    sketches.push(
      ...callBetween(`c${host}`, parentId, from, { ...side(host + 1), start: host * 2, end: 1000 - host * 2 }),
    );
    parentId = `c${host}.s`;
  }
  const trace = traceOf(sketches);
  assert.equal(trace.clockCorrections.length, 100);
  for (const { agent, offset } of trace.clockCorrections) assert.equal(offset, -BigInt(agent.slice(1)) * 1_000_000n);
});
