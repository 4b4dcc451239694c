import { measureAssembler } from "./assembler/measure-assembler";
import { writeResult } from "./bench-result";
import { measureCorrelation } from "./correlation";
import { measureDemo } from "./demo";
import { measureFaults } from "./faults";
import { measureRollout } from "./rollout/measure-rollout";

/** A benchmark measures and returns its figures by key; figures that compare are ratios taken in one run. */
type Benchmark = (options: readonly string[]) => Promise<Record<string, number>>;

const benchmarks: Record<string, Benchmark> = {
  assembler: withoutOptions(measureAssembler),
  correlation: measureCorrelation,
  demo: withoutOptions(measureDemo),
  faults: measureFaults,
  rollout: withoutOptions(measureRollout),
};

/** Names come first; from the first option on, all belongs to the benchmarks. */
async function main(words: string[]): Promise<void> {
  const end = words.findIndex((word) => word.startsWith("-"));
  const names = end < 0 ? words : words.slice(0, end);
  const options = end < 0 ? [] : words.slice(end);
  const unknown = names.filter((name) => benchmarks[name] === undefined);
  if (names.length === 0 || unknown.length > 0) {
    const got = unknown.length > 0 ? `no benchmark is called ${unknown.join(", ")}` : "no benchmark is named";
    throw new Error(`${got}; there are: ${Object.keys(benchmarks).join(", ")}. Run: npm run bench -- NAME`);
  }
  for (const name of names) {
    const measure = benchmarks[name] as Benchmark;
    await writeResult(name, await measure(options));
  }
}

function withoutOptions(measure: () => Promise<Record<string, number>>): Benchmark {
  return (options) => {
    if (options.length > 0) throw new Error(`This benchmark takes no options; given: ${options.join(" ")}`);
    return measure();
  };
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
