import assert from "node:assert/strict";
import { test } from "node:test";
import { FaultsError } from "../../../assembler/settings/fault";
import { readStackOptions } from "../../../infra/stack-options";

const read = (values: Record<string, string>) => readStackOptions("Pulumi.dev.yaml", values, () => false);

function faultsOf(values: Record<string, string>): string[] {
  try {
    read(values);
  } catch (error) {
    assert.ok(error instanceof FaultsError);
    return error.message.split("\n");
  }
  return [];
}

test("without any option a stack takes the example fleet, registers its agents and rolls them out at once", () => {
  assert.deepEqual(read({}), {
    fleet: "examples/fleet.toml",
    variables: {},
    hostKeys: "accept-new",
    onUnreachable: "fail",
    register: true,
  });
});

test("a rollout order has counts or percentages, a gate on data and two minutes unless it says otherwise", () => {
  assert.deepEqual(read({ rollout: '{"canary":1,"batch":"25%","parallelism":10}' }).rollout, {
    parallelism: 10,
    canary: { count: 1 },
    batch: { percent: 25 },
    gate: "data",
    deadline: 120,
  });
});

const refused: { name: string; values: Record<string, string>; fault: RegExp }[] = [
  {
    name: "a gate on data without registering",
    values: { register: "false", rollout: '{"canary":1}' },
    fault:
      /deeptrace:rollout\.gate: got data \(the default\) with deeptrace:register false.*; allowed: health; or set deeptrace:register true$/,
  },
  {
    name: "no canary at all",
    values: { rollout: '{"canary":0}' },
    fault: /deeptrace:rollout\.canary: got 0; allowed: a number of agents from 1, or a part of the fleet as "10%"/,
  },
  {
    name: "a share beyond the fleet",
    values: { rollout: '{"batch":"101%"}' },
    fault: /deeptrace:rollout\.batch: got "101%"/,
  },
  {
    name: "an unknown gate",
    values: { rollout: '{"gate":"healthy"}' },
    fault: /deeptrace:rollout\.gate: got "healthy"; allowed: .*health.*did you mean "health"\?/,
  },
  {
    name: "a deadline of nothing",
    values: { rollout: '{"deadline":0}' },
    fault: /deeptrace:rollout\.deadline: got 0; allowed: a whole number of seconds, at least 1/,
  },
  {
    name: "an unknown part of the order",
    values: { rollout: '{"canry":1}' },
    fault: /deeptrace:rollout\.canry: got an unknown key; .*did you mean canary\?/,
  },
  { name: "a text instead of an order", values: { rollout: "fast" }, fault: /deeptrace:rollout: got "fast"/ },
  {
    name: "an option that is nearly one",
    values: { rolout: "{}" },
    fault: /deeptrace:rolout: got an unknown option; allowed: rollout/,
  },
  {
    name: "a variable that no reference could name",
    values: { variables: '{"web-ip":"198.51.100.1"}' },
    fault: /deeptrace:variables\.web-ip: got the key "web-ip"; allowed: a name of letters, digits and _/,
  },
  {
    name: "a switch that is none",
    values: { register: "no" },
    fault: /deeptrace:register: got "no"; allowed: true or false/,
  },
];

for (const { name, values, fault } of refused) {
  test(`${name} is refused in one line`, () => {
    const faults = faultsOf(values);
    assert.equal(faults.length, 1, faults.join("\n"));
    assert.match(faults[0] ?? "", fault);
  });
}

test("a gate on health needs no registering", () => {
  assert.equal(read({ register: "false", rollout: '{"canary":1,"gate":"health"}' }).rollout?.gate, "health");
});

test("all faults come at once", () => {
  assert.equal(faultsOf({ register: "no", hostKeys: "never", rollout: '{"canary":-1,"gate":7}' }).length, 4);
});
