import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";
import { join } from "node:path";
import { updatePage } from "./benchmarks-page";

/** What `bench/results/NAME.json` holds. */
export interface BenchResult {
  /** The commit that was measured; `+` at its end when files differed from it, documents aside. */
  commit: string;
  machine: string;
  figures: Record<string, number>;
}

/** Prints the figures as a table and writes them to `bench/results/<name>.json` and to the page of benchmarks. */
export async function writeResult(name: string, figures: Record<string, number>): Promise<void> {
  const result: BenchResult = { commit: currentCommit(), machine: describeMachine(), figures: rounded(figures) };
  const directory = join(__dirname, "results");
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, `${name}.json`), `${JSON.stringify(result, null, 2)}\n`);
  updatePage(name, result);
  console.log(figureTable(name, result));
}

/** One line per figure, keys left and numbers right. */
export function figureTable(name: string, result: BenchResult): string {
  const rows = Object.entries(result.figures).map(([key, value]) => [key, String(value)] as const);
  const keyWidth = Math.max(...rows.map(([key]) => key.length));
  const valueWidth = Math.max(...rows.map(([, value]) => value.length));
  const lines = rows.map(([key, value]) => `  ${key.padEnd(keyWidth)}  ${value.padStart(valueWidth)}`);
  return [`${name} at ${result.commit.slice(0, 12)} on ${result.machine}`, ...lines].join("\n");
}

function rounded(figures: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(figures).map(([key, value]) => [key, Number(value.toPrecision(4))]));
}

function currentCommit(): string {
  const git = (...args: string[]) => execFileSync("git", args, { cwd: __dirname, encoding: "utf8" }).trim();
  const changed = git("status", "--porcelain", "--untracked-files=no", "--", "..", ":!results", ":!../docs") !== "";
  return `${git("rev-parse", "HEAD")}${changed ? "+" : ""}`;
}

function describeMachine(): string {
  const processors = cpus();
  const memoryGiB = Math.round(totalmem() / 2 ** 30);
  return `${processors.length} × ${processors[0]?.model.trim()}, ${memoryGiB} GiB, Linux ${release()}, Node ${process.version}`;
}
