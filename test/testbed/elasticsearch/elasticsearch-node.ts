import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { freePort } from "../free-port";
import { type OwnedProcess, type OwnedProcesses, tailOf } from "../processes/owned-processes";
import { waitFor } from "../wait-for";

export interface NodePlace {
  /** The folder of `elasticsearchHome`, and the command that runs it. */
  readonly home: string;
  readonly java: string;
  /** Holds its settings, data and logs. */
  readonly directory: string;
}

/** A node among others; its transport port was agreed on before any of them starts. */
export interface NodeOfCluster {
  readonly name: string;
  readonly transportPort: number;
  /** All nodes, itself too. */
  readonly members: readonly { readonly name: string; readonly transportPort: number }[];
}

const single = ["cluster.name: testbed", "node.name: testbed", "discovery.type: single-node"];

function clusterLines({ name, members }: NodeOfCluster): string[] {
  const seeds = members.map(({ transportPort }) => `"127.0.0.1:${transportPort}"`);
  return [
    // Of its own, as other test files have clusters on the same loopback.
    `cluster.name: testbed-${members[0]?.transportPort}`,
    `node.name: ${name}`,
    `discovery.seed_hosts: [${seeds.join(", ")}]`,
    `cluster.initial_master_nodes: [${members.map((member) => member.name).join(", ")}]`,
  ];
}

/** Settings of a node that listens on loopback and does not mind a full disk. */
function settingsFile({ home, directory }: NodePlace, membership: string[], httpPort: number, port: number): string {
  return [
    ...membership,
    `path.home: ${home}`,
    `path.data: ${directory}/data`,
    `path.logs: ${directory}/logs`,
    "network.host: 127.0.0.1",
    `http.port: ${httpPort}`,
    `transport.port: ${port}`,
    "cluster.routing.allocation.disk.threshold_enabled: false",
    "",
  ].join("\n");
}

/** Ports tried at a node's first start: other tests look for free ones at the same time. */
const mostPorts = 3;

/** Several of them share a machine: little memory each, and no time for the compiler that optimizes. */
const heapOfMember = ["-Xms256m", "-Xmx256m", "-XX:TieredStopAtLevel=1"];
const heapOfSingle = ["-Xms512m", "-Xmx1g"];

/** One Elasticsearch on this machine's loopback; its data and ports outlive its process. */
export class ElasticsearchNode {
  readonly url: string;
  readonly #processes: OwnedProcesses;
  readonly #place: NodePlace;
  readonly #options: string[];
  #running: OwnedProcess | undefined;

  private constructor(processes: OwnedProcesses, place: NodePlace, options: string[], httpPort: number) {
    this.#processes = processes;
    this.#place = place;
    this.#options = options;
    this.url = `http://127.0.0.1:${httpPort}`;
  }

  /** Makes the node's folders and settings, and starts it. */
  static async start(processes: OwnedProcesses, place: NodePlace, cluster?: NodeOfCluster): Promise<ElasticsearchNode> {
    const { directory } = place;
    for (const folder of ["config", "data", "logs", "tmp"])
      mkdirSync(path.join(directory, folder), { recursive: true });
    const membership = cluster === undefined ? single : clusterLines(cluster);
    const options = cluster === undefined ? heapOfSingle : heapOfMember;
    for (let left = mostPorts; ; left -= 1) {
      const [httpPort, transportPort] = await Promise.all([freePort(), cluster?.transportPort ?? freePort()]);
      const settings = settingsFile(place, membership, httpPort, transportPort);
      writeFileSync(path.join(directory, "config", "elasticsearch.yml"), settings);
      const node = new ElasticsearchNode(processes, place, options, httpPort);
      try {
        await node.start();
        return node;
      } catch (error) {
        if (left === 1 || !node.#foundPortTaken()) throw error;
      }
    }
  }

  async start(): Promise<void> {
    if (this.#running !== undefined) return;
    const { home, java, directory } = this.#place;
    const running = await this.#processes.start({
      name: "elasticsearch",
      argv: [
        java,
        ...this.#options,
        "-XX:+UseSerialGC",
        `-Djava.io.tmpdir=${directory}/tmp`,
        "-cp",
        `${home}/launcher:${home}/lib/*`,
        "Launcher",
        directory,
      ],
      directory,
    });
    this.#running = running;
    await waitFor(() => this.#serves(), {
      timeoutMs: 300_000,
      everyMs: 100,
      what: "Elasticsearch to serve requests",
      hopeless: running.exited.then((how) => `it ${how}:\n${tailOf(running.log)}`),
    });
  }

  /** Whether it could not start because somebody took one of its ports after they were found free. */
  #foundPortTaken(): boolean {
    return this.#running !== undefined && readFileSync(this.#running.log, "utf8").includes("BindException");
  }

  async end(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    await this.#running?.end(signal, 30_000);
    this.#running = undefined;
  }

  /** All primaries are there again; replicas never are on a single node, so `yellow` is as good as it gets. */
  async #serves(): Promise<boolean> {
    const query = "wait_for_status=yellow&timeout=5s&master_timeout=5s";
    const response = await fetch(`${this.url}/_cluster/health?${query}`);
    const health = (await response.json()) as { timed_out: boolean };
    return response.ok && !health.timed_out;
  }
}
