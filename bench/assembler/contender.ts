import { ElasticConnection } from "../../assembler/elastic/elastic-connection";
import { assembleTraces, holdOpen } from "./assemble";
import { copyTraces } from "./copy";
import { measureCore } from "./core";
import type { Taken } from "./stopwatch";

/** What is measured, each in a process of its own: bundled into one file, as hosts get the assembler. */
export type Task = "core" | "copy" | "assemble" | "hold-open";

/** What a process answers on its standard output. */
export interface Report extends Taken {
  readonly spans: number;
  readonly peakRssMb: number;
}

const none: Taken = { seconds: 0, processorSeconds: 0 };

async function main([task, ...words]: string[]): Promise<void> {
  const report = await run(task as Task, words);
  const peakRssMb = process.resourceUsage().maxRSS / 1024;
  console.log(JSON.stringify({ ...report, peakRssMb } satisfies Report));
}

async function run(task: Task, words: readonly string[]): Promise<Taken & { readonly spans: number }> {
  if (task === "core") {
    const spans = Number(words[0]);
    return { ...(await measureCore(spans, words[1] === "with-ids")), spans };
  }
  const [url = "", pattern = ""] = words;
  const connection = new ElasticConnection({ url });
  try {
    if (task === "copy") return { ...(await copyTraces(connection, pattern)), spans: 0 };
    if (task === "assemble") return { ...(await assembleTraces(connection, pattern)), spans: 0 };
    return { ...none, spans: await holdOpen(connection, pattern) };
  } finally {
    await connection.close();
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.stack : error);
  process.exitCode = 1;
});
