import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { freePort } from "../../test/testbed/free-port";
import type { Host, Testbed } from "../../test/testbed/testbed";
import { waitFor } from "../../test/testbed/wait-for";
import { buildServices, type DemoService, demoServices, serviceCommand } from "../services/release";

type ServiceName = DemoService["name"];

/** Where each service of the shop answers. */
export type ServiceUrls = Record<ServiceName, string>;

/** Puts the services on the hosts of `placement`, starts them and waits until each of them answers. */
export async function startServices(testbed: Testbed, placement: Record<ServiceName, Host>): Promise<ServiceUrls> {
  const release = join(testbed.directory, "services");
  await buildServices(release);
  const { stdout } = await promisify(execFile)("tar", ["-cz", "-C", release, "."], {
    encoding: "buffer",
    maxBuffer: 64 * 2 ** 20,
  });
  const archive = stdout.toString("base64");
  for (const host of new Set(Object.values(placement))) {
    const directory = directoryOn(host);
    const { code, stderr } = await host.exec(`mkdir -p ${directory} && base64 -d | tar -xz -C ${directory}`, {
      stdin: archive,
    });
    if (code !== 0) throw new Error(`${host.name}: cannot put the services there: ${stderr.trim()}`);
  }
  const urls: Partial<ServiceUrls> = {};
  for (const service of demoServices) {
    const host = placement[service.name];
    // Hosts without a network of their own share one address, where a fixed port may be taken.
    const port = host.serviceManager === "systemd" ? service.defaultPort : await freePort();
    const place = { directory: directoryOn(host), node: host.node, host: host.address, port, urls };
    await host.start(`shop-${service.name}`, serviceCommand(service, place));
    urls[service.name] = `http://${host.address}:${port}`;
  }
  for (const [name, url] of Object.entries(urls)) {
    await waitFor(() => answers(url), { timeoutMs: 20_000, what: `the service "${name}" to answer at ${url}` });
  }
  return urls as ServiceUrls;
}

function directoryOn(host: Host): string {
  return `${host.home}/shop`;
}

async function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    () => true,
    () => false,
  );
}
