import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { dailyIndexName, dayOfIndex, targetIndex } from "../../../assembler/elastic/daily-index";
import { indexTemplates, mappingVersion } from "../../../assembler/elastic/index-setup";

const noon = Date.parse("2026-11-21T12:00:00Z");

test("a daily index is named by the day in UTC, and only such names are taken for one", () => {
  assert.equal(dailyIndexName("traces", noon), "traces-2026.11.21");
  assert.equal(dayOfIndex("traces-2026.11.21", "traces"), Date.parse("2026-11-21T00:00:00Z"));
  for (const other of ["traces", "traces-apm-default", "traces-2026.11.21-old", "traces-2026.13.40", "x-2026.11.21"]) {
    assert.equal(dayOfIndex(other, "traces"), undefined, other);
  }
});

test("new documents go to today's index, or to one of the alias' own name", () => {
  const target = (existing: string[], isUnsettled = false) =>
    targetIndex({ alias: "traces", existing, now: noon, isUnsettled });
  assert.equal(target([]), "traces-2026.11.21");
  assert.equal(target(["traces"]), "traces");
  assert.equal(target(["traces-2026.11.19", "traces-2026.11.21"]), "traces-2026.11.21");
  assert.equal(target(["traces-2026.11.20"]), "traces-2026.11.21");
});

test("a new writer stays with yesterday's index until nothing of the one before can be under way, and never goes back", () => {
  const target = (existing: string[], isUnsettled: boolean) =>
    targetIndex({ alias: "traces", existing, now: noon, isUnsettled });
  assert.equal(target(["traces-2026.11.20"], true), "traces-2026.11.20");
  assert.equal(target(["traces-2026.11.20", "traces-2026.11.21"], true), "traces-2026.11.21");
  assert.equal(target(["traces-2026.11.15"], true), "traces-2026.11.21");
  assert.equal(target(["traces-2026.11.21", "traces-2026.11.22"], false), "traces-2026.11.22");
  assert.equal(target(["traces-2026.11.21", "traces-2062.11.22"], false), "traces-2026.11.21");
});

test("a mapping with more fields has a new version, or indices of the old one would not get them", () => {
  const mappings = Object.entries(indexTemplates).map(([name, { template }]) => [name, template.mappings]);
  const digest = createHash("sha256").update(JSON.stringify(mappings)).digest("hex").slice(0, 12);
  const known = "04b02d857214";
  assert.equal(
    digest,
    known,
    `if there are more fields now, raise mappingVersion above ${mappingVersion}; then put ${digest} here`,
  );
});
