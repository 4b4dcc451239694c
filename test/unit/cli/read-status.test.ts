import assert from "node:assert/strict";
import { test } from "node:test";
import { readApiStatus, readStatus } from "../../../infra/cli/read-status";
import type { Facet } from "../../../infra/ledger/ledger-contract";

const desired: Record<Facet, string> = {
  source: "at 4d5e6f012345",
  install: "installed from 4d5e6f012345",
  config: "sha256:0123456789ab 0600 root:root",
  service: "active, enabled, runs 4d5e6f012345 with config 0123456789ab",
};
const answer = (more: object = {}) =>
  Buffer.from(
    JSON.stringify({
      name: "web-1",
      spans: { paired: 9, written: 7, buffered: 2, dropped: 0 },
      elasticsearch: { reachable: true, last_error: null },
      ...more,
    }),
  ).toString("base64");
const facts = (more: Record<string, string> = {}) =>
  new Map(
    Object.entries({
      since: "1767225600",
      "running.version": "4d5e6f0123456789abcd4d5e6f0123456789abcd",
      "api.status": "0",
      "api.base64": answer(),
      ...more,
    }),
  );

test("an agent that is as it should be says its version, since when it runs and what it sent", () => {
  const {
    standing,
    state,
    summary,
    details,
    facts: found,
  } = readStatus("web-1", { desired, observed: desired, facts: facts() });
  assert.deepEqual(
    { standing, state, summary, details },
    { standing: "well", state: "ok", summary: "4d5e6f012345 since 2026-01-01T00:00:00Z, 7 spans sent", details: [] },
  );
  assert.deepEqual(found.api, {
    answers: true,
    spansWritten: 7,
    spansBuffered: 2,
    spansDropped: 0,
    elasticFault: null,
  });
});

const cases: [string, Partial<Record<Facet, string>>, Record<string, string>, string, RegExp][] = [
  [
    "one that was stopped",
    { service: "inactive (stopped), enabled" },
    { since: "", "api.status": "1" },
    "stopped",
    /^service: inactive \(stopped\), enabled; should be: active/,
  ],
  ["one that crashed", { service: "failed (exit-code), enabled" }, { "api.status": "1" }, "failed", /^service: failed/],
  ["one with a changed file", { config: "altered: sender.batch_size is 7" }, {}, "drifted", /^config: altered/],
  ["one that does not answer", {}, { "api.status": "7" }, "silent", /API does not answer/],
  [
    "one that does not reach Elasticsearch",
    {},
    { "api.base64": answer({ elasticsearch: { reachable: false, last_error: "connect ECONNREFUSED" } }) },
    "no data",
    /connect ECONNREFUSED/,
  ],
];
for (const [what, seen, told, state, detail] of cases) {
  test(`${what} is "${state}"`, () => {
    const report = readStatus("web-1", { desired, observed: { ...desired, ...seen }, facts: facts(told) });
    assert.equal(report.standing, "unwell");
    assert.equal(report.state, state);
    assert.match(report.details[0] ?? "", detail);
  });
}

test('a host on which nothing is of ours is "absent"', () => {
  const absent = { source: "absent", install: "absent", config: "absent", service: "absent" };
  assert.equal(readStatus("web-1", { desired, observed: absent, facts: new Map() }).state, "absent");
});

test("an answer is read with or without its HTTP head, and one that is none is no answer", () => {
  assert.equal(readApiStatus('HTTP/1.1 200 OK\r\nserver: x\r\n\r\n{"spans":{"written":3}}')?.spansWritten, 3);
  assert.equal(readApiStatus("<html>")?.spansWritten, undefined);
  assert.equal(readApiStatus(""), undefined);
});
