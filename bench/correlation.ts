import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type AlgorithmName, algorithms } from "../assembler/correlate/algorithms";
import { measureGrowth } from "./correlation/growth";
import { figuresOf, type Measured, measure } from "./correlation/measure";
import { accuracyPlot } from "./correlation/plot";
import { measuredSection, withMeasured, workloadLines } from "./correlation/report";
import { generatedWorkloads } from "./workloads/generated-workloads";
import { readRecording, recordingFiles } from "./workloads/recordings";
import type { Workload } from "./workloads/workload";

const documentFile = join(__dirname, "..", "docs", "correlation.md");
const plotFile = join(__dirname, "..", "docs", "correlation.svg");
/** The workload whose repetition shows how time grows; else the first at hand. */
const growthWorkload = "hotel-125";

/**
 * How often each algorithm finds a call's request, how fast and how its time grows: on the recordings and on generated
 * workloads, and then `docs/correlation.md` is brought up to date; with `--traces FILE…` on these recordings only.
 */
export async function measureCorrelation(options: readonly string[]): Promise<Record<string, number>> {
  const given = tracesOf(options);
  // Read first: a document without its marks is better known of before the measuring than after.
  const page = withMeasured(readFileSync(documentFile, "utf8"), "");
  const measured: Measured[] = [];
  let repeated: Workload | undefined;
  for (const workload of workloads(given)) {
    const ofAll = (Object.keys(algorithms) as AlgorithmName[]).map((algorithm) => measure(workload, algorithm));
    measured.push(...ofAll);
    console.log(`${workloadLines(ofAll)}\n`);
    if (repeated === undefined || workload.name === growthWorkload) repeated = workload;
  }
  const growth = repeated === undefined ? undefined : measureGrowth(repeated, algorithms.auto);
  if (given === undefined) {
    writeFileSync(documentFile, withMeasured(page, measuredSection(measured, growth)));
    writeFileSync(plotFile, accuracyPlot(measured));
  }
  const speed = growth && { spans_per_second: growth.spansPerSecond, growth_exponent: growth.exponent };
  return { ...figuresOf(measured), ...speed };
}

/** Files after `--traces`, undefined without it. Throws on anything else. */
function tracesOf(options: readonly string[]): readonly string[] | undefined {
  const [option, ...files] = options;
  if (option === undefined) return undefined;
  const other = option === "--traces" ? files.find((file) => file.startsWith("-")) : option;
  if (other !== undefined) throw new Error(`correlation has no option ${other}; there is: --traces FILE…`);
  if (files.length === 0)
    throw new Error("--traces needs files: recordings of spans (.ndjson, .ndjson.gz) or messages (.json)");
  return files;
}

function* workloads(files: readonly string[] | undefined): Generator<Workload> {
  for (const file of files ?? recordingFiles()) yield* readRecording(file);
  if (files === undefined) yield* generatedWorkloads();
}
