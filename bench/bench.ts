import { writeResult } from "./bench-result";
import { measureDemo } from "./demo";
import { measureRollout } from "./rollout/measure-rollout";

/** A benchmark measures and returns its figures by key; figures that compare are ratios taken in one run. */
type Benchmark = () => Promise<Record<string, number>>;

const benchmarks: Record<string, Benchmark> = { demo: measureDemo, rollout: measureRollout };

async function main(names: string[]): Promise<void> {
  const unknown = names.filter((name) => benchmarks[name] === undefined);
  if (names.length === 0 || unknown.length > 0) {
    const got = unknown.length > 0 ? `no benchmark is called ${unknown.join(", ")}` : "no benchmark is named";
    throw new Error(`${got}; there are: ${Object.keys(benchmarks).join(", ")}. Run: npm run bench -- NAME`);
  }
  for (const name of names) {
    const measure = benchmarks[name] as Benchmark;
    await writeResult(name, await measure());
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
