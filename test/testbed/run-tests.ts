/**
 * Runs the tests: `unit` or `all` (unit, then live), and of these only the files whose path contains one of the filters.
 *
 *   node --import tsx test/testbed/run-tests.ts unit|all [filter…]
 */
import { randomInt } from "node:crypto";
import { setMaxListeners } from "node:events";
import { readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import path from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { mergedEvents, type TestEvent } from "./merged-events";
import { writeTestGroups } from "./test-groups";

const PROJECT = path.resolve(__dirname, "..", "..");
/** A live file that takes longer than this hangs. */
const LONGEST_FILE_MS = 40 * 60_000;
/** Of the assembly law, for each of its two main properties; with half as many of the third, 10,000 cases. */
const LAW_RUNS = 4000;
/** Few, as each costs the start of a process; several, so that no core waits long for the last one. */
const GROUPS_PER_CORE = 4;

function testFiles(kind: "unit" | "live", filters: string[]): string[] {
  const folder = path.join("test", kind);
  return readdirSync(path.join(PROJECT, folder), { recursive: true, encoding: "utf8" })
    .map((name) => path.join(folder, name))
    .filter((file) => file.endsWith(".test.ts"))
    .filter((file) => filters.length === 0 || filters.some((filter) => file.includes(filter)))
    .sort();
}

function isFailure(event: TestEvent): boolean {
  return event.type === "test:fail" && !event.data.todo;
}

async function main(): Promise<void> {
  const [kinds = "all", ...filters] = process.argv.slice(2);
  const unit = testFiles("unit", filters);
  const live = kinds === "unit" ? [] : testFiles("live", filters);
  if (unit.length + live.length === 0) throw new Error(`no test file's path contains: ${filters.join(", ")}`);
  process.chdir(PROJECT);
  if (kinds !== "unit") {
    process.env.LAW_RUNS ??= String(LAW_RUNS);
    process.env.LAW_SEED ??= String(randomInt(2 ** 31));
  }

  const interrupted = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(signal, () => {
      process.exitCode = 130;
      interrupted.abort();
    });

  const { signal } = interrupted;
  // Every file at work listens to it.
  setMaxListeners(0, signal);
  const groups = writeTestGroups(unit, GROUPS_PER_CORE * availableParallelism());
  const phases = [
    // One more than there are processors: some of the tests wait.
    () => run({ files: groups.files, concurrency: availableParallelism() + 1, timeout: LONGEST_FILE_MS, signal }),
    // Two at a time: they wait for hosts more than they compute, and more would starve one another.
    () => run({ files: live, concurrency: 2, timeout: LONGEST_FILE_MS, signal }),
  ].filter((_, index) => [unit, live][index]?.length !== 0);

  const reporter = new spec();
  reporter.pipe(process.stdout);
  try {
    for await (const event of mergedEvents(phases)) {
      if (isFailure(event)) process.exitCode ||= 1;
      reporter.write(event);
    }
  } finally {
    groups.remove();
  }
  reporter.end();
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
