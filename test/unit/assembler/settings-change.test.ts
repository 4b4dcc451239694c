import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { makeLogger } from "../../../assembler/service/logger";
import { SettingsInUse } from "../../../assembler/service/settings-in-use";
import { assemblerSettingsSchema, readAssemblerSettings } from "../../../assembler/settings/assembler-settings";
import { settingsChange } from "../../../assembler/settings/settings-change";

const directory = mkdtempSync(path.join(tmpdir(), "settings-change-"));
after(() => rmSync(directory, { recursive: true, force: true }));

const settings = (change: object = {}) =>
  assemblerSettingsSchema.parse({ elastic: { url: "http://es:9200" }, ...change });

test("limits, pauses, log level, mode and credentials are taken while it runs", () => {
  const elastic = { url: "http://es:9200", api_key: "k" };
  const fresh = settings({
    mode: "manual",
    elastic,
    log: { level: "debug" },
    grouping: { quiet_period_ms: 1, max_wait_ms: 2 },
    reading: { poll_interval_ms: 10 },
  });
  assert.deepEqual(settingsChange(settings(), fresh), {
    taken: [
      "mode",
      "reading.poll_interval_ms",
      "grouping.quiet_period_ms",
      "grouping.max_wait_ms",
      "log.level",
      "elastic.api_key",
    ],
    refused: [],
  });
});

test("anything else is refused with its name and takes a restart, and secrets are not shown", () => {
  const fresh = settings({
    name: "other",
    elastic: { url: "http://es:9201", other_urls: ["http://es:9202"] },
    http: { port: 7901, api_token: "0123456789abcdef" },
  });
  assert.deepEqual(settingsChange(settings(), fresh).refused, [
    'name: changed from "default" to "other"; this takes a restart',
    'elastic.url: changed from "http://es:9200" to "http://es:9201"; this takes a restart',
    "http.port: changed from 7900 to 7901; this takes a restart",
    "elastic.other_urls: changed from nothing to a list; this takes a restart",
    "http.api_token: changed; this takes a restart",
  ]);
});

function inUse(text: string): { settings: SettingsInUse; write: (text: string) => void } {
  const file = path.join(directory, "assembler.toml");
  const write = (content: string) => writeFileSync(file, content);
  write(text);
  const initial = readAssemblerSettings(file, text);
  const logger = makeLogger({ ...initial, log: { level: "silent" as "fatal" } });
  return { settings: new SettingsInUse(initial, [path.join(directory, "absent.toml"), file], logger), write };
}

const base = '[elastic]\nurl = "http://es:9200"\n';

test("a reload with faults keeps all old settings and names every fault", () => {
  const { settings, write } = inUse(base);
  const before = settings.current;
  write(`${base}[grouping]\nquiet_period_ms = -1\nmax_wait = 1\n`);
  const { faults } = settings.reload();
  assert.equal(faults?.length, 2);
  assert.match(faults?.[0] ?? "", /assembler\.toml:4: grouping\.quiet_period_ms: got -1/);
  assert.match(faults?.[1] ?? "", /grouping\.max_wait: got an unknown key/);
  assert.equal(settings.current, before);
});

test("a reload is taken as a whole or not at all", () => {
  const { settings, write } = inUse(base);
  const applied: string[][] = [];
  settings.onReload((_fresh, taken) => applied.push([...taken]));
  write(`name = "b"\n${base}[log]\nlevel = "debug"\n`);
  assert.match(settings.reload().faults?.[0] ?? "", /^name: .*restart$/);
  assert.equal(settings.current.log.level, "info");
  write(`${base}[log]\nlevel = "debug"\n`);
  assert.deepEqual(settings.reload(), { taken: ["log.level"] });
  assert.equal(settings.current.log.level, "debug");
  assert.deepEqual(applied, [["log.level"]]);
});
