import { spawn } from "node:child_process";
import path from "node:path";
import { runCommand } from "../../testbed/processes/run-command";
import type { CommandResult, PulumiProject } from "../../testbed/testbed";

const project = path.resolve(__dirname, "..", "..", "..");
const program = path.join(project, "infra", "cli", "bin", "deeptrace.js");

/** What `--json` prints of one agent, as far as tests look at it. */
export interface CliAgent {
  readonly name: string;
  readonly ok: boolean;
  readonly state: string;
  readonly summary: string;
  readonly details: readonly string[];
  readonly [fact: string]: unknown;
}

/** `npx deeptrace agents …` on a test's own stack, as a process of its own. */
export class DeeptraceCli {
  /** Everything that it ever printed. */
  printed = "";

  constructor(private readonly pulumi: PulumiProject) {}

  async run(...args: string[]): Promise<CommandResult> {
    const result = await runCommand(this.#argv(args), { directory: project, environment: this.pulumi.environment });
    this.printed += result.stdout + result.stderr;
    return result;
  }

  /** The agents of the document that it prints, by name, and its exit status. */
  async json(
    ...args: string[]
  ): Promise<{ code: number; agents: Record<string, CliAgent>; document: Record<string, unknown> }> {
    const { code, stdout, stderr } = await this.run(...args, "--json");
    if (stdout === "") throw new Error(`deeptrace agents ${args.join(" ")} ended with status ${code}: ${stderr}`);
    const document = JSON.parse(stdout) as { agents: CliAgent[] } & Record<string, unknown>;
    return { code, document, agents: Object.fromEntries(document.agents.map((agent) => [agent.name, agent])) };
  }

  /** Starts a command that goes on; `interrupt` is Ctrl-C and resolves with its exit status. */
  begin(...args: string[]): { output(): string; interrupt(): Promise<number | null> } {
    const [command = "", ...rest] = this.#argv(args);
    const child = spawn(command, rest, {
      cwd: project,
      env: this.pulumi.environment,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (data: Buffer) => {
        output += data;
        this.printed += data;
      });
    }
    const ended = new Promise<number | null>((resolve) => child.on("close", (code) => resolve(code)));
    return {
      output: () => output,
      interrupt: () => {
        child.kill("SIGINT");
        return ended;
      },
    };
  }

  #argv(args: string[]): string[] {
    return [process.execPath, program, "agents", ...args, "--config-file", this.pulumi.stackFile];
  }
}
