import { mkdtempSync, realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { serveAgentRepository } from "./agent-repository";
import { startCluster } from "./elasticsearch/running-cluster";
import { startElasticsearch } from "./elasticsearch/running-elasticsearch";
import { HostNetwork } from "./hosts/host-network";
import { ProcessHost } from "./hosts/process-host";
import { SystemdHost } from "./hosts/systemd-host";
import { systemdHostsWork } from "./hosts/systemd-support";
import type { AgentRepository, Host, PulumiProject, RunningCluster, RunningElasticsearch, Testbed } from "./parts";
import { closeWithProcess } from "./processes/close-with-process";
import { OwnedProcesses } from "./processes/owned-processes";
import { createPulumiProject } from "./pulumi-project";
import { haveTool } from "./tools/cached-tool";
import type { ElasticsearchMajor } from "./tools/elasticsearch-home";
import { hostRoot } from "./tools/host-root";

export type {
  AgentRepository,
  CommandResult,
  ElasticsearchClusterNode,
  Host,
  PulumiProject,
  RunningCluster,
  RunningElasticsearch,
  Testbed,
} from "./parts";

export interface TestbedOptions {
  /** Receives one line per part as it starts, with its time; silent by default. */
  log?: (line: string) => void;
  /**
   * Which hosts to make: `systemd` (containers, need root) or `process` (an sshd each, without root). Default: the
   * environment's DEEPTRACE_TESTBED_HOSTS, else systemd where this machine allows it.
   */
  hosts?: "systemd" | "process";
  /** Which Elasticsearch; default: the environment's DEEPTRACE_TESTBED_ELASTICSEARCH, else 8. */
  elasticsearch?: ElasticsearchMajor;
}

async function kindOfHosts(asked: string | undefined): Promise<"systemd" | "process"> {
  if (asked === "systemd" || asked === "process") return asked;
  return (await systemdHostsWork()) ? "systemd" : "process";
}

/** The parts of one testbed, each made when first asked for. */
class LazyTestbed implements Testbed {
  readonly #hosts = new Map<string, Promise<Host>>();
  #network: Promise<HostNetwork> | undefined;
  #elasticsearch: Promise<RunningElasticsearch> | undefined;
  #cluster: Promise<RunningCluster> | undefined;
  #repository: Promise<AgentRepository> | undefined;
  #pulumi: Promise<PulumiProject> | undefined;

  constructor(
    readonly directory: string,
    private readonly kind: "systemd" | "process",
    private readonly major: ElasticsearchMajor,
    private readonly processes: OwnedProcesses,
    private readonly release: () => void,
    private readonly log: (line: string) => void,
  ) {}

  get mark(): Record<string, string> {
    return this.processes.mark;
  }

  elasticsearch(): Promise<RunningElasticsearch> {
    this.#elasticsearch ??= this.#timed("Elasticsearch", async () =>
      startElasticsearch(this.processes, this.directory, await this.#gateway(), this.major),
    );
    return this.#elasticsearch;
  }

  elasticsearchCluster(): Promise<RunningCluster> {
    this.#cluster ??= this.#timed("Elasticsearch cluster", () =>
      startCluster(this.processes, this.directory, this.major),
    );
    return this.#cluster;
  }

  host(name: string): Promise<Host> {
    const host = this.#hosts.get(name) ?? this.#timed(`host ${name}`, () => this.#createHost(name));
    this.#hosts.set(name, host);
    return host;
  }

  hosts(names: string[]): Promise<Host[]> {
    return Promise.all(names.map((name) => this.host(name)));
  }

  agentRepository(release?: (directory: string) => Promise<void>): Promise<AgentRepository> {
    this.#repository ??= this.#timed("repository of the agent", async () => {
      const written = release ?? (await import("../../examples/agent/release")).buildRelease;
      return serveAgentRepository(this.processes, this.directory, await this.#gateway(), written);
    });
    return this.#repository;
  }

  pulumi(): Promise<PulumiProject> {
    this.#pulumi ??= this.#timed("Pulumi stack", () => createPulumiProject(this.processes, this.directory));
    return this.#pulumi;
  }

  async close(): Promise<void> {
    await this.processes.close();
    this.release();
  }

  async #createHost(name: string): Promise<Host> {
    const directory = path.join(this.directory, "hosts", name);
    if (this.kind === "process") return ProcessHost.create(this.processes, { name, directory });
    const [network, root] = await Promise.all([this.#claimNetwork(), haveTool(hostRoot())]);
    return SystemdHost.create(this.processes, network, { name, directory, root });
  }

  #claimNetwork(): Promise<HostNetwork> {
    this.#network ??= HostNetwork.claim(this.processes);
    return this.#network;
  }

  async #gateway(): Promise<string> {
    return this.kind === "process" ? "127.0.0.1" : (await this.#claimNetwork()).gateway;
  }

  async #timed<T>(part: string, make: () => Promise<T>): Promise<T> {
    const started = performance.now();
    const made = await make();
    this.log(`${part} ready after ${((performance.now() - started) / 1000).toFixed(1)} s`);
    return made;
  }
}

/**
 * Opens an empty testbed; parts start when asked for, each once. Everything ends with `close`, on Ctrl-C and SIGTERM, and
 * when this process is gone for any other reason.
 */
export async function openTestbed(options: TestbedOptions = {}): Promise<Testbed> {
  const kind = await kindOfHosts(options.hosts ?? process.env.DEEPTRACE_TESTBED_HOSTS);
  const directory = realpathSync(mkdtempSync(path.join(tmpdir(), "deeptrace-testbed-")));
  const processes = new OwnedProcesses(directory);
  const release = closeWithProcess(processes);
  const major = options.elasticsearch ?? (process.env.DEEPTRACE_TESTBED_ELASTICSEARCH === "9" ? "9" : "8");
  return new LazyTestbed(directory, kind, major, processes, release, options.log ?? (() => {}));
}
