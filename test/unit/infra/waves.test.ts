import assert from "node:assert/strict";
import { test } from "node:test";
import { runWaves } from "../../../infra/rollout/run-waves";
import { type Candidate, planWaves, waveWords } from "../../../infra/rollout/waves";

const fleet = (...places: string[]): Candidate[] =>
  places.map((place) => {
    const [name = "", host = ""] = place.split("@");
    return { name, host };
  });
const namesOf = (waves: readonly { agents: readonly Candidate[] }[]) =>
  waves.map(({ agents }) => agents.map(({ name }) => name).join(" "));
/** Ten agents, two on each of five hosts: a1 and a2 on h1, a3 and a4 on h2 … */
const ten = fleet(...Array.from({ length: 10 }, (_, n) => `a${n}@h${Math.floor(n / 2)}`));

const plans: { name: string; rollout: Parameters<typeof planWaves>[1]; waves: string[] }[] = [
  { name: "without an order", rollout: {}, waves: ["a0 a2 a4 a6 a8 a1 a3 a5 a7 a9"] },
  { name: "with one canary", rollout: { canary: { count: 1 } }, waves: ["a0", "a2 a4 a6 a8 a1 a3 a5 a7 a9"] },
  {
    name: "with canaries and batches",
    rollout: { canary: { count: 2 }, batch: { percent: 30 } },
    waves: ["a0 a2", "a4 a6 a8", "a1 a3 a5", "a7 a9"],
  },
  {
    name: "with a percentage that is not a whole agent",
    rollout: { canary: { percent: 1 } },
    waves: ["a0", "a2 a4 a6 a8 a1 a3 a5 a7 a9"],
  },
  {
    name: "with more canaries than agents",
    rollout: { canary: { count: 99 } },
    waves: ["a0 a2 a4 a6 a8 a1 a3 a5 a7 a9"],
  },
  { name: "with batches alone", rollout: { batch: { count: 5 } }, waves: ["a0 a2 a4 a6 a8", "a1 a3 a5 a7 a9"] },
];

for (const { name, rollout, waves } of plans) {
  test(`a fleet ${name} is divided into ${waves.length} waves`, () => {
    const planned = planWaves(ten, rollout);
    assert.deepEqual(namesOf(planned), waves);
    assert.deepEqual(
      planned.map(({ number, isCanary }) => [number, isCanary]),
      waves.map((_, index) => [index + 1, index === 0 && rollout?.canary !== undefined]),
    );
  });
}

test("the same agents in another order are divided alike", () => {
  const rollout = { canary: { count: 3 }, batch: { count: 4 } };
  assert.deepEqual(namesOf(planWaves([...ten].reverse(), rollout)), namesOf(planWaves(ten, rollout)));
});

test("two canaries share a host only if there are more canaries than hosts", () => {
  const agents = fleet("a@x", "b@x", "c@x", "d@y");
  assert.deepEqual(namesOf(planWaves(agents, { canary: { count: 2 } })), ["a d", "b c"]);
  assert.deepEqual(namesOf(planWaves(agents, { canary: { count: 3 } })), ["a d b", "c"]);
});

test("a wave in words names its place and at most eight of its agents", () => {
  const waves = planWaves(ten, { canary: { count: 1 } });
  assert.deepEqual(
    waves.map((wave) => waveWords(wave, waves.length)),
    ["wave 1 of 2 (canary a0)", "wave 2 of 2 (agents a2, a4, a6, a8, a1, a3, a5, a7, a9)"],
  );
  const [all] = planWaves(fleet(...Array.from({ length: 12 }, (_, n) => `b${10 + n}@h`)));
  assert.match(all ? waveWords(all, 1) : "", /b10, b11, b12, b13, b14, b15, b16, b17 and 4 more\)$/);
});

/** Agents that end when told; records the order in which they begin. */
class Starts {
  readonly begun: string[] = [];
  readonly #ends = new Map<string, (isDone: boolean) => void>();

  readonly start = ({ name }: Candidate): Promise<boolean> => {
    this.begun.push(name);
    return new Promise((resolve) => this.#ends.set(name, resolve));
  };

  /** Ends an agent and lets everything happen that follows from it. */
  async end(name: string, isDone = true): Promise<void> {
    const end = this.#ends.get(name);
    assert.ok(end, `${name} has not begun`);
    end(isDone);
    await new Promise(setImmediate);
  }
}

test("a wave begins when the whole wave before is done", async () => {
  const starts = new Starts();
  const run = runWaves(planWaves(fleet("a@1", "b@2", "c@3", "d@4"), { batch: { count: 2 } }), undefined, starts.start);
  assert.deepEqual(starts.begun, ["a", "b"]);
  await starts.end("b");
  assert.deepEqual(starts.begun, ["a", "b"]);
  await starts.end("a");
  assert.deepEqual(starts.begun, ["a", "b", "c", "d"]);
  await starts.end("c");
  await starts.end("d");
  assert.deepEqual([...(await run).values()], ["done", "done", "done", "done"]);
});

test("after an agent that failed its own wave goes on, and later waves are left", async () => {
  const starts = new Starts();
  const waves = planWaves(fleet("a@1", "b@2", "c@3", "d@4", "e@5"), { canary: { count: 1 }, batch: { count: 3 } });
  const run = runWaves(waves, 1, starts.start);
  await starts.end("a");
  await starts.end("b", false);
  await starts.end("c");
  assert.deepEqual(starts.begun, ["a", "b", "c", "d"]);
  await starts.end("d");
  assert.deepEqual(Object.fromEntries(await run), { a: "done", b: "failed", c: "done", d: "done", e: "left" });
});

test("at most so many agents of a wave are under way at once; the next begins when any of them ends, well or not", async () => {
  const starts = new Starts();
  const run = runWaves(planWaves(fleet("a@1", "b@2", "c@3", "d@4")), 2, starts.start);
  assert.deepEqual(starts.begun, ["a", "b"]);
  await starts.end("b", false);
  assert.deepEqual(starts.begun, ["a", "b", "c"]);
  await starts.end("c");
  assert.deepEqual(starts.begun, ["a", "b", "c", "d"]);
  await starts.end("a");
  await starts.end("d");
  assert.equal((await run).get("b"), "failed");
});

test("at most eight agents of one host are begun at once, and those of other hosts do not wait for it", async () => {
  const starts = new Starts();
  const crowd = Array.from({ length: 10 }, (_, n) => `a${n}@1`);
  const run = runWaves(planWaves(fleet(...crowd, "z@2")), undefined, starts.start);
  assert.deepEqual(starts.begun, ["a0", "z", "a1", "a2", "a3", "a4", "a5", "a6", "a7"]);
  await starts.end("a3");
  assert.deepEqual(starts.begun.slice(9), ["a8"]);
  for (const name of ["a0", "a1", "a2", "a4", "a5", "a6", "a7", "a8", "z"]) await starts.end(name);
  await starts.end("a9");
  assert.equal((await run).size, 11);
});
