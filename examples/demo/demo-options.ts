import { Command, InvalidArgumentError } from "commander";

/** What the demo does. Counts are whole numbers above zero. */
export interface DemoOptions {
  /** Requests sent through the services. */
  requests: number;
  /** Requests under way at once. */
  concurrency: number;
  /** Drift, heal, destroy and leave, instead of staying up. */
  exit: boolean;
  /** File that gets the result with its details as JSON, for benchmarks. */
  report?: string;
}

/** Reads the command line of `npm run demo -- …`; a wrong value ends with one message and exit code 1. */
export function readDemoOptions(argv: string[]): DemoOptions {
  return new Command("npm run demo --")
    .option("--requests <count>", "requests to send through the services", wholeNumber, 320)
    .option("--concurrency <count>", "requests under way at once", wholeNumber, 8)
    .option("--exit", "make a drift, heal it, destroy everything and leave", false)
    .option("--report <file>", "write the result with its details as JSON")
    .helpOption("--help", "show what can be set")
    .parse(argv, { from: "user" })
    .opts<DemoOptions>();
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("a whole number above zero is needed.");
  return value;
}
