import { cp } from "node:fs/promises";
import { join } from "node:path";

/** Writes the repository of the benchmark's agent: a few megabytes of memory each, so that hundreds run on one machine. */
export async function writeAgentRelease(directory: string): Promise<void> {
  await cp(join(__dirname, "agent"), directory, { recursive: true });
}
