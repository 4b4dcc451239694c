import assert from "node:assert/strict";
import { test } from "node:test";
import { readConfigUpdate } from "../../../infra/cli/read-config-update";

type Facts = Record<string, string>;
const running = (pid: string, config: string, runs = config): Facts => ({ pid, config, "running.config": runs });
const cases: [string, Facts, Facts, string, string][] = [
  ["the same file and process", running("7", "aa"), running("7", "aa"), "unchanged", "well"],
  ["another file that the same process runs", running("7", "aa"), running("7", "bb"), "taken live", "well"],
  ["another process", running("7", "aa"), running("8", "bb"), "restarted", "well"],
  ["another file and no process", { config: "aa" }, { config: "bb" }, "written", "well"],
  ["another file that the process does not run", running("7", "aa"), running("7", "bb", "aa"), "written", "unwell"],
];
for (const [what, before, after, state, standing] of cases) {
  test(`${what} after the step: "${state}", ${standing}`, () => {
    const read = (facts: Facts) => new Map(Object.entries(facts));
    const report = readConfigUpdate("web-1", read(before), read(after));
    assert.deepEqual([report.state, report.standing], [state, standing]);
  });
}
