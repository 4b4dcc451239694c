import assert from "node:assert/strict";
import { test } from "node:test";
import { inputFaults } from "../../../infra/ledger/ledger-inputs";
import { type Properties, Unknown } from "../../../infra/provider-server/property-value";

const target: Properties = { host: "198.51.100.7", port: 22, user: "root", become: false };
const teardown = { script: "true", timeLimitSeconds: 10, removes: ["/opt/a1"] };
const ending: Properties = { place: "systemd on 198.51.100.7", teardown, onUnreachable: "fail" };
const good: Properties = { agent: "a1", target, probe: "true", desired: { config: "x" }, ...ending };
const program: Properties = {
  kind: "agent",
  serviceManager: "systemd",
  listens: { address: "0.0.0.0", port: 7899 },
  version: "1",
  steps: "2",
};
const named: Properties = { agent: "a1", target, program, desired: { config: "x" }, place: "p", onUnreachable: "fail" };
const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";

const accepted: Properties[] = [
  good,
  named,
  { ...good, configText: "a = 1", settings: "a = 1\n" },
  { ...good, target: { ...target, hostKey, proxy: { host: "b", port: 1, user: "u", password: "p" } } },
  { ...good, agent: new Unknown(), target: new Unknown(), probe: new Unknown(), desired: new Unknown() },
  { ...good, target: { ...target, revokedHostKeys: [hostKey] } },
  { ...good, target: { ...target, password: new Unknown() }, desired: { config: new Unknown() } },
];
test("takes complete inputs, and unknown ones on trust", () => {
  for (const inputs of accepted) assert.deepEqual(inputFaults(inputs), []);
});

const faults: { inputs: Properties; sentences: string[] }[] = [
  { inputs: { ...good, agent: "" }, sentences: ["agent is not a text that is not empty"] },
  {
    inputs: { target, ...ending },
    sentences: [
      "probe is missing: expected a text that is not empty",
      "agent is missing: expected a text that is not empty",
      "desired is missing: expected texts for source, install, config, service",
    ],
  },
  { inputs: { ...good, target: null }, sentences: ["target is missing: expected how to reach the host"] },
  {
    inputs: { ...good, target: { ...target, port: 0 } },
    sentences: ["target.port is not a whole number from 1 to 65535"],
  },
  {
    inputs: { ...good, desired: { other: "x" } },
    sentences: ["desired is not texts for source, install, config, service"],
  },
  {
    inputs: { ...good, target: { ...target, hostKey: "SHA256:x" } },
    sentences: ['target.hostKey is not "ssh-ed25519 AAAA…"'],
  },
  {
    inputs: { ...named, program: { ...program, listens: "7899" } },
    sentences: ["program is not kind, serviceManager, listens, version and steps"],
  },
  { inputs: { ...good, onUnreachable: "ignore" }, sentences: ["onUnreachable is not fail or skip"] },
  {
    inputs: { ...good, teardown: { script: "true" } },
    sentences: ["teardown is not script, timeLimitSeconds and removes"],
  },
  {
    inputs: { ...good, target: { ...target, revokedHostKeys: ["x"] } },
    sentences: ['target.revokedHostKeys is not a list of "ssh-ed25519 AAAA…"'],
  },
  {
    inputs: { ...good, target: { ...target, proxy: { host: "b", port: 22 } } },
    sentences: ["target.proxy.user is missing: expected a text that is not empty"],
  },
];
for (const { inputs, sentences } of faults) {
  test(`says that ${sentences[0]}`, () => assert.deepEqual(inputFaults(inputs), sentences));
}
