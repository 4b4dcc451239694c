import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type AssemblerSettingsInput, renderAssemblerToml } from "../../../../assembler/settings/assembler-settings";
import type { SpanCount } from "../../../../assembler/verify/span-count";
import type { CommandResult } from "../../../testbed/parts";
import { type OwnedProcess, OwnedProcesses } from "../../../testbed/processes/owned-processes";
import { runCommand } from "../../../testbed/processes/run-command";
import { waitFor } from "../../../testbed/wait-for";

const entry = path.resolve(__dirname, "../../../../assembler/bin/deeptrace-assembler.js");

/** Where Elasticsearch is, and who asks it. */
type Elastic = Pick<AssemblerSettingsInput["elastic"], "url" | "other_urls" | "username" | "password">;

/** The assembler of one test as its users run it: a process with a configuration file. */
export class LiveAssembler {
  readonly #directory = mkdtempSync(path.join(tmpdir(), "assembler-test-"));
  readonly #processes: OwnedProcesses;
  readonly #settings: AssemblerSettingsInput;
  readonly #config: string;
  #running: OwnedProcess | undefined;

  constructor(elasticsearch: Elastic, settings: Partial<AssemblerSettingsInput> = {}) {
    mkdirSync(path.join(this.#directory, "processes"));
    this.#processes = new OwnedProcesses(path.join(this.#directory, "processes"));
    const { url, other_urls, username, password } = elasticsearch;
    this.#settings = {
      elastic: { url, other_urls, username, password },
      reading: { poll_interval_ms: 100 },
      grouping: { quiet_period_ms: 300, recent_ms: 600_000 },
      http: { port: 0 },
      ...settings,
    };
    this.#config = path.join(this.#directory, "assembler.toml");
    writeFileSync(this.#config, renderAssemblerToml(this.#settings), { mode: 0o600 });
  }

  get config(): string {
    return this.#config;
  }

  get pid(): number {
    return this.#running?.pid ?? 0;
  }

  /** What it logged since its last start, one object per line. */
  get log(): Record<string, unknown>[] {
    const text = this.#running === undefined ? "" : readFileSync(this.#running.log, "utf8");
    return text
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line));
  }

  get rawLog(): string {
    return this.#running === undefined ? "" : readFileSync(this.#running.log, "utf8");
  }

  async start(): Promise<void> {
    this.#running = await this.#processes.start({
      name: "assembler",
      argv: [process.execPath, entry, "--config", this.#config],
    });
    await waitFor(async () => this.logged("started"), { timeoutMs: 30_000, what: "the assembler to start" });
  }

  /** The first log line whose message begins so. */
  logged(message: string): Record<string, unknown> | undefined {
    return this.log.find((line) => String(line.msg).startsWith(message));
  }

  /** Where its HTTP server listens. */
  get port(): number {
    const [address] = (this.logged("started")?.http ?? []) as { port: number }[];
    return address?.port ?? 0;
  }

  /** Asks its HTTP server; undefined when nobody answers. */
  async get(pathname: string): Promise<{ status: number; body: string } | undefined> {
    try {
      const response = await fetch(`http://127.0.0.1:${this.port}${pathname}`);
      return { status: response.status, body: await response.text() };
    } catch {
      return undefined;
    }
  }

  async isReady(): Promise<boolean> {
    return (await this.get("/health/ready"))?.status === 200;
  }

  /** One number out of `/metrics`; labels as they are printed. */
  async metric(name: string): Promise<number> {
    const line = (await this.get("/metrics"))?.body
      .split("\n")
      .find((text) => text.startsWith(`deeptrace_assembler_${name} `));
    return Number(line?.split(" ")[1] ?? Number.NaN);
  }

  /** Ends it and resolves with how it ended. */
  async end(signal: "SIGTERM" | "SIGKILL"): Promise<string> {
    const running = this.#running;
    if (running === undefined) return "was not running";
    await running.end(signal, 20_000);
    return running.exited;
  }

  /** Runs a command of the assembler's program to its end. */
  command(...args: string[]): Promise<CommandResult> {
    const [name = "", ...more] = args;
    return runCommand([process.execPath, entry, name, "--config", this.#config, ...more]);
  }

  /** Recounts until everything read is settled. */
  async verify(waitSeconds = 240): Promise<SpanCount> {
    const { stdout, stderr } = await this.command("verify", "--json", "--wait", String(waitSeconds));
    if (stdout === "") throw new Error(stderr);
    return JSON.parse(stdout) as SpanCount;
  }

  /** Ends it and removes its files. */
  async close(): Promise<void> {
    await this.#processes.close();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}
