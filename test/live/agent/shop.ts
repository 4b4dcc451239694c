import { readFileSync } from "node:fs";
import path from "node:path";
import { buildServices, type DemoService, demoServices, serviceCommand } from "../../../examples/services/release";
import { type OwnedProcess, type OwnedProcesses, tailOf } from "../../testbed/processes/owned-processes";
import { waitFor } from "../../testbed/wait-for";

type ServiceName = DemoService["name"];

/** The demo services on this machine's loopback. */
export interface Shop {
  /** Base URL of the frontend. */
  url: string;
  services: Record<ServiceName, OwnedProcess>;
  /** Service name to a pattern that matches no process but this shop's. */
  patterns: Record<string, string>;
  /** Starts one more process of a service, on a port of its own. */
  startAnother(name: ServiceName): Promise<OwnedProcess>;
}

/** Builds the services below `directory` and starts them. */
export async function startShop(processes: OwnedProcesses, directory: string): Promise<Shop> {
  const release = path.join(directory, "services");
  await buildServices(release);
  const urls: Partial<Record<ServiceName, string>> = {};
  const start = async (service: DemoService): Promise<{ running: OwnedProcess; url: string }> => {
    const place = { directory: release, node: process.execPath, host: "127.0.0.1", port: 0, urls };
    const argv = ["/bin/sh", "-c", `exec ${serviceCommand(service, place)}`];
    const running = await processes.start({ name: service.name, argv });
    return { running, url: `http://127.0.0.1:${await portOf(running)}` };
  };
  const services = new Map<ServiceName, OwnedProcess>();
  for (const service of demoServices) {
    const { running, url } = await start(service);
    services.set(service.name, running);
    urls[service.name] = url;
  }
  return {
    url: urls.frontend ?? "",
    services: Object.fromEntries(services) as Record<ServiceName, OwnedProcess>,
    patterns: Object.fromEntries(
      demoServices.map(({ name, pattern }) => [name, `(node|python3) ${release.replaceAll(".", "\\.")}/${pattern}`]),
    ),
    startAnother: async (name) => (await start(serviceNamed(name))).running,
  };
}

function serviceNamed(name: ServiceName): DemoService {
  const service = demoServices.find((each) => each.name === name);
  if (service === undefined) throw new Error(`no demo service is called ${name}`);
  return service;
}

function portOf(service: OwnedProcess): Promise<number> {
  const said = async (): Promise<number | undefined> => {
    const line = readFileSync(service.log, "utf8")
      .split("\n")
      .find((text) => text.startsWith("{"));
    return line === undefined ? undefined : (JSON.parse(line) as { port: number }).port;
  };
  const hopeless = service.exited.then((how) => `it ${how}: ${tailOf(service.log)}`);
  return waitFor(said, { timeoutMs: 20_000, what: "a service's port", hopeless });
}
