import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import pino from "pino";
import { AccuracyBoard } from "../../../assembler/accuracy/accuracy-board";
import { ElasticConnection } from "../../../assembler/elastic/elastic-connection";
import { FleetBoard } from "../../../assembler/fleet/fleet-board";
import { addFleetMetrics } from "../../../assembler/fleet/fleet-metrics";
import { addOtlpMetrics } from "../../../assembler/otlp/otlp-metrics";
import { OtlpTally } from "../../../assembler/otlp/otlp-tally";
import { addAccuracyMetrics } from "../../../assembler/service/accuracy-metrics";
import { addKeeperMetrics } from "../../../assembler/service/keeper-metrics";
import { makeMetrics } from "../../../assembler/service/metrics";
import { MetricsKeeper } from "../../../assembler/service/metrics-keeper";
import { ServiceState } from "../../../assembler/service/service-state";
import { assemblerSettingsSchema } from "../../../assembler/settings/assembler-settings";

const page = path.join(__dirname, "../../../docs/assembler.md");
const prefix = "deeptrace_assembler_";

test("the page of the assembler lists every metric with its type and label, and no other", async () => {
  const settings = assemblerSettingsSchema.parse({ elastic: { url: "http://127.0.0.1:9" } });
  const logger = pino({ level: "silent" });
  const connection = new ElasticConnection(settings.elastic);
  const { registry } = makeMetrics(new ServiceState());
  addFleetMetrics(registry, new FleetBoard());
  addAccuracyMetrics(registry, new AccuracyBoard(1000, () => 0));
  addOtlpMetrics(registry, new OtlpTally());
  addKeeperMetrics(
    registry,
    new MetricsKeeper({ settings, logger, connection, isBehind: () => false, fence: () => {} }),
  );
  const made = (await registry.getMetricsAsJSON())
    .filter(({ name }) => name.startsWith(prefix))
    .map(({ name, type }) => {
      const { labelNames } = registry.getSingleMetric(name) as unknown as { labelNames: string[] };
      return `${name.slice(prefix.length)} ${type} ${labelNames.join()}`;
    });
  await connection.close();
  const rows = readFileSync(page, "utf8").matchAll(
    /^\| `(\w+)` \| (counter|gauge|histogram) \| (?:`([\w`, ]+)` )?\| \S.* \|$/gm,
  );
  const listed = [...rows].map(([, name, type, label = ""]) => `${name} ${type} ${label.replaceAll("`, `", ",")}`);
  assert.deepEqual(listed.sort(), made.sort());
});
