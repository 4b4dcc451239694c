import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { NGINX } from "../../../testbed/elasticsearch/password-gate";
import { freePort } from "../../../testbed/free-port";
import { OwnedProcesses } from "../../../testbed/processes/owned-processes";
import { requireCommand } from "../../../testbed/tools/missing-part";
import { waitFor } from "../../../testbed/wait-for";

/** As Elasticsearch' own security says it. */
const refusal = JSON.stringify({
  error: {
    type: "security_exception",
    reason: "action [indices:admin/refresh] is unauthorized for user [reader]",
  },
  status: 403,
});

/**
 * The way to Elasticsearch of a user who may read the agents' indices, or the traces, and not refresh them. The testbed's Elasticsearch is
 * the open-source core, which has no users; so nginx in front of it refuses what its security would refuse.
 */
export class RefreshGate {
  readonly #directory: string;
  readonly #processes: OwnedProcesses;

  private constructor(
    readonly url: string,
    directory: string,
    processes: OwnedProcesses,
  ) {
    this.#directory = directory;
    this.#processes = processes;
  }

  /** `indices`: those that may not be refreshed, as their names begin. */
  static async open(nodeUrl: string, indices = "spans_"): Promise<RefreshGate> {
    const directory = mkdtempSync(path.join(tmpdir(), "refresh-gate-"));
    mkdirSync(path.join(directory, "processes"));
    const processes = new OwnedProcesses(path.join(directory, "processes"));
    const port = await freePort();
    writeFileSync(path.join(directory, "nginx.conf"), configOf(directory, port, new URL(nodeUrl).host, indices));
    const conf = path.join(directory, "nginx.conf");
    const argv = [requireCommand(NGINX), "-p", directory, "-e", "stderr", "-c", conf];
    await processes.start({ name: "nginx", argv, directory });
    const gate = new RefreshGate(`http://127.0.0.1:${port}`, directory, processes);
    await waitFor(async () => (await fetch(`${gate.url}/${indices}x/_refresh`, { method: "POST" })).status === 403, {
      timeoutMs: 15_000,
      what: "nginx to answer",
    });
    return gate;
  }

  async close(): Promise<void> {
    await this.#processes.close();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

function configOf(directory: string, port: number, upstream: string, indices: string): string {
  const kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  const temporary = kinds.map((kind) => `${kind}_temp_path ${directory}/${kind};`);
  return `daemon off; master_process off; pid ${directory}/nginx.pid; error_log stderr warn;
events {}
http { access_log off; client_max_body_size 0; ${temporary.join(" ")}
  server {
    listen 127.0.0.1:${port};
    location ~ ^/${indices}.*/_refresh$ { default_type application/json; return 403 '${refusal}'; }
    location / { proxy_pass http://${upstream}; proxy_set_header Host $http_host; proxy_buffering off; }
  }
}
`;
}
