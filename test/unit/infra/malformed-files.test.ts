import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { FaultsError } from "../../../assembler/settings/fault";
import { utf8Text } from "../../../assembler/settings/utf8-text";
import { type FleetSources, readFleet } from "../../../infra/fleet/read-fleet";

/** Fleet files that must be refused, each with the whole message beside it. UPDATE_EXPECTED=1 writes the messages anew, to be read by eye. */
const folder = join(__dirname, "malformed");
const names = readdirSync(folder)
  .filter((name) => name.endsWith(".toml"))
  .map((name) => name.slice(0, -".toml".length))
  .sort();

const key = "-----BEGIN OPENSSH PRIVATE KEY-----\nhunter2\n-----END OPENSSH PRIVATE KEY-----\n";
const secrets = new Map([
  ["elasticPassword", "elastic-hunter2"],
  ["sshKey", key],
  ["empty", ""],
]);
const keyFiles = new Map([
  ["~/.ssh/good", key],
  ["~/.ssh/public", "ssh-ed25519 hunter2"],
]);
const sources: FleetSources = {
  environment: { SERVER_URL: "http://198.51.100.10", SSH_PORT: "ssh", EMPTY: "" },
  secrets: { get: (name) => secrets.get(name), isSecret: () => true },
  readKey: (path) => {
    const text = keyFiles.get(path);
    if (text === undefined) throw new Error("there is no such file");
    return text;
  },
  hasSshAgent: false,
};

/** The message that refuses a file, or undefined if it is taken. */
function refusal(name: string): string | undefined {
  const file = `${name}.toml`;
  try {
    readFleet(file, utf8Text(file, readFileSync(join(folder, file))), sources);
    return undefined;
  } catch (error) {
    if (error instanceof FaultsError) return error.message;
    throw error;
  }
}

for (const name of names) {
  test(`a fleet file with ${name.replaceAll("-", " ")} is refused with the message beside it`, () => {
    const message = refusal(name);
    assert.ok(message !== undefined, "it was taken");
    const expected = join(folder, `${name}.expected.txt`);
    if (process.env.UPDATE_EXPECTED) writeFileSync(expected, `${message}\n`);
    assert.ok(existsSync(expected), `${expected} is missing: UPDATE_EXPECTED=1 writes it`);
    assert.equal(`${message}\n`, readFileSync(expected, "utf8"));
  });
}

test("each message names file and line of every fault, and none shows a secret", () => {
  for (const name of names) {
    const message = refusal(name) ?? "";
    const faults = message.split("\n\n")[0]?.split("\n") ?? [];
    for (const fault of faults) assert.match(fault, /^[\w-]+\.toml:\d+: .*got .*; allowed: ./, name);
    assert.ok(!message.includes("hunter2"), `${name}: ${message}`);
  }
});

test("there are sixty malformed files at least, and no message without its file", () => {
  assert.ok(names.length >= 60, String(names.length));
  const messages = readdirSync(folder).filter((name) => name.endsWith(".expected.txt"));
  assert.deepEqual(messages.map((name) => name.slice(0, -".expected.txt".length)).sort(), names);
});
