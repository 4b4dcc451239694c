import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { openTestbed } from "../../test/testbed/testbed";
import { runLoad } from "../services/load";
import { type DemoOptions, readDemoOptions } from "./demo-options";
import { type DemoReport, lastLine } from "./demo-report";
import { type Deployment, deploy } from "./deploy";
import { showDriftAndHeal } from "./drift-and-heal";
import { countCorrectTraces } from "./ground-truth";
import { howToLook } from "./how-to-look";
import { readResults } from "./read-results";
import { step } from "./step";
import { destroyEverything } from "./teardown";
import { showTraces, verifySpans, waitForTraces } from "./traces";

async function main(options: DemoOptions): Promise<void> {
  const started = performance.now();
  const testbed = await openTestbed({ log: (line) => console.log(`  ${line}`) });
  try {
    const deployment = await deploy(testbed);
    const report = await trace(deployment, options);
    if (options.exit) {
      await showDriftAndHeal(deployment);
      await destroyEverything(deployment);
    }
    const finished: DemoReport = { ...report, seconds: Math.round((performance.now() - started) / 100) / 10 };
    if (options.report) writeFileSync(options.report, `${JSON.stringify(finished, null, 2)}\n`);
    if (!options.exit) console.log(`\n${howToLook(deployment, join(testbed.directory, "pulumi.env"))}\n`);
    console.log(lastLine(finished));
    // Until Ctrl-C, which the testbed answers by ending everything.
    if (!options.exit) await new Promise(() => setInterval(() => {}, 2 ** 30));
  } finally {
    await testbed.close();
  }
}

/** Sends the requests, waits until the assembler has written every span and shows what came out. */
async function trace(
  deployment: Deployment,
  { requests, concurrency }: DemoOptions,
): Promise<Omit<DemoReport, "seconds">> {
  const url = deployment.services.frontend;
  const load = await step(`${requests} requests through the services, ${concurrency} at once`, () =>
    runLoad({ url, requests, concurrency, seed: Date.now() }),
  );
  if (load.failed > 0) throw new Error(`${load.failed} of ${requests} requests to ${url} failed`);
  const expected = Object.values(load.expectedSpans).reduce((sum, count) => sum + count, 0);
  await step(`${expected} spans in whole traces`, () => waitForTraces(deployment, expected));
  const { spans, traces } = await readResults(deployment.elasticsearch.nodeUrl);
  await showTraces(deployment, traces);
  await verifySpans(deployment);
  const { complete, correct } = countCorrectTraces(spans, traces);
  return {
    agents: deployment.agents.length,
    requests,
    spans: spans.length,
    traces: traces.length,
    complete,
    correct,
    spansLost: Math.max(0, expected - spans.length),
  };
}

main(readDemoOptions(process.argv.slice(2))).catch((error: unknown) => {
  console.error(`\nThe demo failed: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
});
