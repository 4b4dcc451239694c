import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { buildRelease } from "../../../examples/agent/release";
import { type OwnedProcess, type OwnedProcesses, tailOf } from "../../testbed/processes/owned-processes";
import { runCommand } from "../../testbed/processes/run-command";
import type { CommandResult, RunningElasticsearch } from "../../testbed/testbed";
import { waitFor } from "../../testbed/wait-for";

/** What `GET /api/status` answers. */
export interface AgentStatus {
  name: string;
  pid: number;
  config_sha256: string;
  config_changed: string[];
  services: { name: string; pids: number[] }[];
  spans: { paired: number; unpaired: number; written: number; buffered: number; dropped: number };
  elasticsearch: { reachable: boolean | null; last_error: string | null };
}

/** An installed agent with a configuration and a state of its own, which can be started more than once. */
export class AgentInstallation {
  readonly environment: Record<string, string>;
  readonly #checkout: string;
  #process: OwnedProcess | undefined;

  /** `directory` must not be another agent's. */
  constructor(
    readonly directory: string,
    private readonly processes: OwnedProcesses,
  ) {
    this.#checkout = path.join(directory, "checkout");
    this.environment = {
      PATH: `${path.dirname(process.execPath)}:${process.env.PATH}`,
      DEEPTRACE_PREFIX: path.join(directory, "install"),
      DEEPTRACE_CONFIG: path.join(directory, "deeptrace.toml"),
      DEEPTRACE_STATE: path.join(directory, "state"),
    };
  }

  /** Builds the release and installs it by its own script. */
  async install(): Promise<void> {
    await buildRelease(this.#checkout);
    const { code, stderr } = await this.script("install_agent.sh");
    if (code !== 0) throw new Error(stderr);
  }

  configure(text: string): void {
    writeFileSync(this.environment.DEEPTRACE_CONFIG ?? "", text, { mode: 0o600 });
  }

  /** Runs one of the scripts to its end. */
  script(name: string, environment: Record<string, string> = {}): Promise<CommandResult> {
    return runCommand([`scripts/${name}`], {
      directory: this.#checkout,
      environment: { ...this.environment, ...this.processes.mark, ...environment },
      timeoutMs: 60_000,
    });
  }

  /** Starts the agent by `run_agent.sh` and waits until its API answers. */
  async start(): Promise<OwnedProcess> {
    const running = await this.processes.start({
      name: "agent",
      argv: ["/bin/sh", "scripts/run_agent.sh"],
      environment: this.environment,
      directory: this.#checkout,
    });
    this.#process = running;
    const hopeless = running.exited.then((how) => `it ${how}: ${tailOf(running.log)}`);
    await waitFor(() => this.status(), { timeoutMs: 20_000, what: "the agent's API", hopeless });
    return running;
  }

  /** Waits until every service of the configuration has a process attached. */
  async attached(): Promise<AgentStatus> {
    const all = async (): Promise<AgentStatus | false> => {
      const status = await this.status();
      return status.services.every(({ pids }) => pids.length > 0) && status;
    };
    return waitFor(all, { timeoutMs: 20_000, what: "the services to be attached" });
  }

  async status(): Promise<AgentStatus> {
    return (await (await fetch(`${this.#api()}/api/status`)).json()) as AgentStatus;
  }

  async update(
    body: unknown,
  ): Promise<{ status: number; answer: { applied?: string[]; restart?: string[]; error?: string } }> {
    const response = await fetch(`${this.#api()}/api/config/update`, { method: "POST", body: JSON.stringify(body) });
    return { status: response.status, answer: (await response.json()) as { applied?: string[]; error?: string } };
  }

  /** Spans in the files of its spool. */
  spooledSpans(): number {
    const spool = path.join(this.environment.DEEPTRACE_STATE ?? "", "spool");
    const segments = readdirSync(spool).filter((name) => name.endsWith(".ndjson"));
    return segments.reduce((sum, name) => sum + readFileSync(path.join(spool, name), "utf8").split("\n").length - 1, 0);
  }

  /** Everything that the agent has written since it was started last. */
  log(): string {
    return this.#process === undefined ? "" : readFileSync(this.#process.log, "utf8");
  }

  #api(): string {
    const line = this.log()
      .split("\n")
      .find((text) => text.includes('"agent started"'));
    if (line === undefined) throw new Error("the agent has not started");
    return `http://127.0.0.1:${(JSON.parse(line) as { port: number }).port}`;
  }
}

/** A deeptrace.toml for these services and this Elasticsearch. */
export function agentConfig(
  name: string,
  elasticsearch: Pick<RunningElasticsearch, "url" | "username" | "password">,
  services: Record<string, string>,
): string {
  return [
    "[agent]",
    `name = ${JSON.stringify(name)}`,
    "[api]",
    'address = "127.0.0.1"',
    "port = 0",
    "[sender.elastic]",
    `node_url = ${JSON.stringify(elasticsearch.url)}`,
    `username = ${JSON.stringify(elasticsearch.username)}`,
    `password = ${JSON.stringify(elasticsearch.password)}`,
    "[ebpf.services]",
    ...Object.entries(services).map(([service, pattern]) => `${service} = ${JSON.stringify(pattern)}`),
    "",
  ].join("\n");
}
