import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { buildServices, demoServices, serviceCommand } from "../../../examples/services/release";
import { freePort } from "../../testbed/free-port";
import type { Host, Testbed } from "../../testbed/testbed";
import { waitFor } from "../../testbed/wait-for";

/** What an agent watches to see it. */
export const tracedPattern = "shop-backend\\.js";

/** One real service on each of some hosts, asked again and again, so that an agent that watches it always has spans to send. */
export class TracedServices {
  readonly #questions: NodeJS.Timeout[] = [];

  static async start(testbed: Testbed, hosts: readonly Host[]): Promise<TracedServices> {
    const service = demoServices.find(({ name }) => name === "backend");
    if (!service) throw new Error("the shop has no backend");
    const release = join(testbed.directory, "traced-service");
    await buildServices(release);
    const tar = await promisify(execFile)("tar", ["-cz", "-C", release, service.file], { encoding: "buffer" });
    const services = new TracedServices();
    for (const host of hosts) {
      const directory = `${host.home}/traced`;
      const archive = tar.stdout.toString("base64");
      await host.exec(`mkdir -p ${directory} && base64 -d | tar -xz -C ${directory}`, { stdin: archive });
      const port = await freePort();
      await host.start(
        "traced",
        serviceCommand(service, { directory, node: host.node, host: host.address, port, urls: {} }),
      );
      const ask = () => fetch(`http://${host.address}:${port}/records/products?key=a`).then((answer) => answer.text());
      await waitFor(ask, { timeoutMs: 20_000, what: `the service on ${host.name}` });
      services.#questions.push(setInterval(() => void ask().catch(() => undefined), 100));
    }
    return services;
  }

  /** Asks no more; the testbed ends the services. */
  close(): void {
    for (const question of this.#questions) clearInterval(question);
  }
}
