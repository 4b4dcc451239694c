import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { freePort } from "../free-port";
import { type OwnedProcess, type OwnedProcesses, tailOf } from "../processes/owned-processes";
import { waitFor } from "../wait-for";

/** Settings of a single node that listens on loopback and does not mind a full disk. */
function settingsFile(home: string, directory: string, httpPort: number, transportPort: number): string {
  return [
    "cluster.name: testbed",
    "node.name: testbed",
    `path.home: ${home}`,
    `path.data: ${directory}/data`,
    `path.logs: ${directory}/logs`,
    "discovery.type: single-node",
    "network.host: 127.0.0.1",
    `http.port: ${httpPort}`,
    `transport.port: ${transportPort}`,
    "cluster.routing.allocation.disk.threshold_enabled: false",
    "",
  ].join("\n");
}

/** One Elasticsearch on this machine's loopback; its data and ports outlive its process. */
export class ElasticsearchNode {
  readonly url: string;
  readonly #processes: OwnedProcesses;
  readonly #home: string;
  readonly #directory: string;
  #running: OwnedProcess | undefined;

  private constructor(processes: OwnedProcesses, home: string, directory: string, httpPort: number) {
    this.#processes = processes;
    this.#home = home;
    this.#directory = directory;
    this.url = `http://127.0.0.1:${httpPort}`;
  }

  /** Makes the node's folders and settings, and starts it. `home` is the folder of `elasticsearchHome`. */
  static async start(processes: OwnedProcesses, home: string, directory: string): Promise<ElasticsearchNode> {
    for (const folder of ["config", "data", "logs", "tmp"])
      mkdirSync(path.join(directory, folder), { recursive: true });
    const [httpPort, transportPort] = await Promise.all([freePort(), freePort()]);
    const settings = settingsFile(home, directory, httpPort, transportPort);
    writeFileSync(path.join(directory, "config", "elasticsearch.yml"), settings);
    const node = new ElasticsearchNode(processes, home, directory, httpPort);
    await node.start();
    return node;
  }

  async start(): Promise<void> {
    if (this.#running !== undefined) return;
    const running = await this.#processes.start({
      name: "elasticsearch",
      argv: [
        "java",
        "-Xms512m",
        "-Xmx1g",
        "-XX:+UseSerialGC",
        `-Djava.io.tmpdir=${this.#directory}/tmp`,
        "-cp",
        `${this.#home}/launcher:${this.#home}/lib/*`,
        "Launcher",
        this.#directory,
      ],
      directory: this.#directory,
    });
    this.#running = running;
    await waitFor(() => this.#serves(), {
      timeoutMs: 300_000,
      everyMs: 100,
      what: "Elasticsearch to serve requests",
      hopeless: running.exited.then((how) => `it ${how}:\n${tailOf(running.log)}`),
    });
  }

  async end(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    await this.#running?.end(signal, 30_000);
    this.#running = undefined;
  }

  /** All primaries are there again; replicas never are on a single node, so `yellow` is as good as it gets. */
  async #serves(): Promise<boolean> {
    const response = await fetch(`${this.url}/_cluster/health?wait_for_status=yellow&timeout=5s`);
    const health = (await response.json()) as { timed_out: boolean };
    return response.ok && !health.timed_out;
  }
}
