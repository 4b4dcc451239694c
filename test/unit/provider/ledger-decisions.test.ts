import assert from "node:assert/strict";
import { test } from "node:test";
import {
  driftedFacets,
  expectedPins,
  firstState,
  hasUnseenFacets,
  needsContact,
  nextState,
  type OldLedger,
  planChange,
  recordedInputs,
} from "../../../infra/ledger/ledger-decisions";
import { formatPath } from "../../../infra/provider-server/property-path";
import { type Properties, Unknown } from "../../../infra/provider-server/property-value";

const program: Properties = {
  agent: "a1",
  place: "systemd on 198.51.100.7",
  target: { host: "198.51.100.7", port: 22, user: "root", password: "pw", become: false },
  program: { kind: "agent", version: "1", steps: "1" },
  desired: { source: "at 1", config: "sha256:1 0600", service: "active" },
  configText: "a = 1",
  settings: { a: 1 },
  onUnreachable: "fail",
};
const key = { hostKey: "key" };
const inputs = recordedInputs(program);
const healthy = firstState(inputs, { hostKey: "ssh-ed25519 AAAA" });
const seen = (observed: Properties): Properties => ({
  ...healthy,
  observed: { ...(healthy.observed as Properties), ...observed },
});
const plan = (state: Properties, news: Properties = program) => {
  const { changes, replaces } = planChange({ state, inputs }, recordedInputs(news));
  const named = Object.fromEntries(changes.map(({ path, kind }) => [formatPath(path), kind]));
  return { named, replaces: replaces?.map(formatPath) };
};

test("the first record observes what is desired, at epoch one", () => {
  assert.deepEqual(healthy.observed, program.desired);
  assert.deepEqual(Object.keys(healthy).sort(), ["epochs", "hostKey", "observed"]);
  assert.deepEqual(healthy.epochs, { source: 1, config: 1, service: 1 });
  assert.equal(healthy.hostKey, "ssh-ed25519 AAAA");
});

test("the same program is no change", () => {
  assert.deepEqual(plan(healthy), { named: {}, replaces: [] });
});

test("another order of keys is no change", () => {
  const reversed = Object.fromEntries(Object.entries(program).reverse());
  reversed.desired = Object.fromEntries(Object.entries(program.desired as Properties).reverse());
  assert.deepEqual(plan(healthy, reversed).named, {});
});

const changes: {
  what: string;
  state?: Properties;
  news?: Properties;
  named: Record<string, string>;
  replaces?: string[];
}[] = [
  { what: "a drifted facet", state: seen({ config: "altered" }), named: { "observed.config": "update" } },
  { what: "a lost file of steps", state: seen({ steps: "absent" }), named: { "observed.steps": "delete" } },
  {
    what: "a facet that was never observed",
    state: { ...healthy, observed: { source: "at 1", config: "sha256:1 0600" } },
    named: { "observed.service": "add" },
  },
  {
    what: "a new password",
    news: { ...program, target: { ...(program.target as Properties), password: "new" } },
    named: { "target.password": "update" },
  },
  {
    what: "another host",
    news: { ...program, target: { ...(program.target as Properties), host: "198.51.100.8" } },
    named: { "target.host": "update" },
  },
  {
    what: "another place",
    news: { ...program, place: "process of ops on 198.51.100.7" },
    named: { place: "update" },
  },
  { what: "another agent", news: { ...program, agent: "a2" }, named: { agent: "update" }, replaces: ["agent"] },
  {
    what: "a new configuration, without calling its facet drifted",
    news: { ...program, desired: { ...(program.desired as Properties), config: "sha256:2 0600" }, settings: { a: 2 } },
    named: { "desired.config": "update", "settings.a": "update" },
  },
  {
    what: "a new configuration over a drifted one",
    state: seen({ config: "altered" }),
    news: { ...program, settings: { a: 2 } },
    named: { "settings.a": "update", "observed.config": "update" },
  },
  {
    what: "a value that is not known yet",
    news: { ...program, settings: new Unknown() },
    named: { settings: "update" },
  },
];
for (const { what, state, news, named, replaces } of changes) {
  test(`a plan names ${what}`, () =>
    assert.deepEqual(plan(state ?? healthy, news), { named, replaces: replaces ?? [] }));
}

test("healing raises the epoch of the drifted facets only", () => {
  const state = seen({ config: "altered", service: "stopped" });
  const next = nextState(state, inputs, key, driftedFacets({ state, inputs }));
  assert.deepEqual(next.epochs, { source: 1, config: 2, service: 2 });
  assert.deepEqual(next.observed, program.desired);
  assert.deepEqual(driftedFacets({ state: next, inputs }), []);
});

test("epochs keep rising over several heals", () => {
  const once = nextState(healthy, inputs, key, ["config"]);
  const twice = nextState({ ...once, observed: { config: "altered" } }, inputs, key, ["config"]);
  assert.equal((twice.epochs as Properties).config, 3);
});

test("a change of what is desired is no drift and raises no epoch", () => {
  const news = recordedInputs({ ...program, desired: { ...(program.desired as Properties), config: "sha256:2 0600" } });
  assert.deepEqual(nextState(healthy, news, key, driftedFacets({ state: healthy, inputs })).epochs, {
    source: 1,
    config: 1,
    service: 1,
  });
});

test("a facet that joins starts at one, one that leaves is forgotten", () => {
  const news = recordedInputs({ ...program, desired: { install: "installed", config: "sha256:1 0600" } });
  assert.deepEqual(nextState(healthy, news, key, ["config"]).epochs, { install: 1, config: 2 });
});

test("what is to be observed is recorded with the inputs, unknown as it may be", () => {
  assert.deepEqual(recordedInputs({ desired: { config: "x" } }).observed, { config: "x" });
  assert.ok(recordedInputs({ desired: new Unknown() }).observed instanceof Unknown);
});

test("an unseen host is told from a drifted one", () => {
  assert.equal(hasUnseenFacets(healthy), false);
  assert.equal(hasUnseenFacets(seen({ config: "altered: a is 2, should be 1" })), false);
  assert.equal(hasUnseenFacets(seen({ config: "unreachable: connect ECONNREFUSED" })), true);
});

const contacts: { what: string; state?: Properties; news: Properties; needed: boolean }[] = [
  { what: "another policy", news: { ...program, onUnreachable: "skip" }, needed: false },
  {
    what: "another probe, teardown and wording",
    news: { ...program, probe: "false", teardown: { script: "" }, desired: { source: "from 1" } },
    needed: false,
  },
  {
    what: "another version",
    news: { ...program, program: { kind: "agent", version: "2", steps: "1" } },
    needed: false,
  },
  {
    what: "another file of steps",
    news: { ...program, program: { kind: "agent", version: "1", steps: "2" } },
    needed: true,
  },
  { what: "a lost file of steps", state: seen({ steps: "absent" }), news: program, needed: true },
  { what: "another password", news: { ...program, target: { host: "198.51.100.7" } }, needed: true },
  { what: "another configuration", news: { ...program, configText: "a = 2" }, needed: true },
  { what: "a drifted facet", state: seen({ config: "altered" }), news: program, needed: true },
  {
    what: "a host unseen",
    state: seen({ config: "unreachable: x" }),
    news: { ...program, onUnreachable: "skip" },
    needed: true,
  },
];
for (const { what, state, news, needed } of contacts) {
  test(`${what} ${needed ? "needs" : "is written down without"} a visit to the host`, () =>
    assert.equal(needsContact({ state: state ?? healthy, inputs }, recordedInputs(news)), needed));
}

const target = program.target as Properties;
const once: OldLedger = { state: healthy, inputs };
const pinned = { ...healthy, proxyHostKey: "ssh-ed25519 PPPP" };
const through = (proxy: Properties): Properties => ({ ...program, target: { ...target, proxy } });
const jump = { host: "198.51.100.1", port: 22, user: "root" };
const keys: { what: string; news: Properties; old?: OldLedger; expected: Properties }[] = [
  { what: "none at the first contact", news: through(jump), expected: {} },
  {
    what: "the given ones",
    news: { ...program, target: { ...target, hostKey: "given", proxy: { ...jump, hostKey: "proxy's" } } },
    old: { state: pinned, inputs },
    expected: { hostKey: "given", proxyHostKey: "proxy's" },
  },
  { what: "the pinned one", news: program, old: once, expected: { hostKey: "ssh-ed25519 AAAA" } },
  {
    what: "both pinned ones",
    news: through(jump),
    old: { state: pinned, inputs: through(jump) },
    expected: { hostKey: "ssh-ed25519 AAAA", proxyHostKey: "ssh-ed25519 PPPP" },
  },
  {
    what: "none of another proxy",
    news: through({ ...jump, host: "198.51.100.2" }),
    old: { state: pinned, inputs: through(jump) },
    expected: { hostKey: "ssh-ed25519 AAAA" },
  },
  { what: "none for another host", news: { ...program, target: { ...target, host: "h" } }, old: once, expected: {} },
  { what: "none for another port", news: { ...program, target: { ...target, port: 23 } }, old: once, expected: {} },
  {
    what: "the pinned one for another login",
    news: { ...program, target: { ...target, user: "u" } },
    old: once,
    expected: { hostKey: "ssh-ed25519 AAAA" },
  },
];
for (const { what, news, old, expected } of keys) {
  test(`the host keys to expect are ${what}`, () => assert.deepEqual(expectedPins(news, old), expected));
}
