import assert from "node:assert/strict";
import { test } from "node:test";
import type { AgentOutput } from "../../../infra/rollout/fleet-outputs";
import { rolloutSummary, wavesLeft } from "../../../infra/rollout/rollout-summary";
import type { Outcome } from "../../../infra/rollout/run-waves";
import { planWaves } from "../../../infra/rollout/waves";

const first = "1111111111111111111111111111111111111111";
const second = "2222222222222222222222222222222222222222";

function agent(name: string, rollout: Outcome, version: string): AgentOutput {
  const host = `198.51.100.${name.charCodeAt(0)}`;
  const access = { port: 22, user: "root", hostKey: "", serviceManager: "systemd" };
  return { name, rollout, version, host, ...access, api: `http://${host}:7899`, index: `spans_${name}`, wave: 1 };
}

test("an up that went well says in two lines who is at which version", () => {
  const agents = ["a", "b", "c"].map((name) => agent(name, "done", second));
  assert.equal(rolloutSummary(agents), "3 of 3 agents rolled out\n  at 222222222222: a, b, c");
});

test("an up that failed says who failed, who was left, and at which version they were", () => {
  const agents = [
    agent("a", "done", second),
    agent("b", "failed", first),
    agent("c", "left", first),
    agent("d", "left", ""),
  ];
  assert.deepEqual(rolloutSummary(agents).split("\n"), [
    "1 of 4 agents rolled out",
    "  at 222222222222: a",
    "  failed, last known at 111111111111: b",
    "  left as they were, at no version: d",
    "  left as they were, at 111111111111: c",
    "  what runs on the failed ones now: npx deeptrace agents status",
  ]);
});

test("many agents that went well are counted; every one that did not is named", () => {
  const names = Array.from({ length: 40 }, (_, n) => `a${10 + n}`);
  const well = rolloutSummary(names.map((name) => agent(name, "done", second)));
  assert.match(well, /a29 and 20 more$/);
  const left = rolloutSummary(names.map((name) => agent(name, "left", first)));
  assert.match(left, /a49$/);
});

test("every wave that was not begun has a line that says why", () => {
  const agents = ["a", "b", "c", "d"].map((name) => ({ name, host: name }));
  const waves = planWaves(agents, { canary: { count: 1 }, batch: { count: 2 } });
  const outcomes: Record<string, Outcome> = { a: "failed", b: "left", c: "left", d: "left" };
  assert.deepEqual(
    wavesLeft(waves, ({ name }) => outcomes[name]),
    [
      "wave 2 of 3 (agents b, c) is left as it was, as agent a of wave 1 (canary) did not pass; the next up takes it up again",
      "wave 3 of 3 (agent d) is left as it was, as agent a of wave 1 (canary) did not pass; the next up takes it up again",
    ],
  );
  assert.deepEqual(
    wavesLeft(waves, () => "done"),
    [],
  );
});
