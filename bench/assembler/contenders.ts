import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { build } from "esbuild";
import { mustRun } from "../../test/testbed/processes/run-command";
import type { Report, Task } from "./contender";

const timeoutMs = 1_200_000;

/** Runs tasks in processes of their own, one after another. */
export class Contenders {
  readonly #directory: string;
  readonly #program: string;

  private constructor(directory: string) {
    this.#directory = directory;
    this.#program = path.join(directory, "contender.js");
  }

  static async prepare(): Promise<Contenders> {
    const contenders = new Contenders(mkdtempSync(path.join(tmpdir(), "assembler-bench-")));
    await build({
      entryPoints: [path.join(__dirname, "contender.ts")],
      bundle: true,
      platform: "node",
      target: "node20",
      format: "cjs",
      keepNames: true,
      outfile: contenders.#program,
      logLevel: "error",
    });
    return contenders;
  }

  async run(task: Task, ...words: string[]): Promise<Report> {
    const argv = [process.execPath, "--expose-gc", this.#program, task, ...words];
    const { stdout } = await mustRun(argv, { timeoutMs });
    return JSON.parse(stdout) as Report;
  }

  close(): void {
    rmSync(this.#directory, { recursive: true, force: true });
  }
}
