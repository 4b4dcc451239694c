import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { renderAssemblerToml } from "../../assembler/settings/assembler-settings";
import { freePort } from "../../test/testbed/free-port";
import type { AgentRepository, Host, PulumiProject, RunningElasticsearch, Testbed } from "../../test/testbed/testbed";
import { waitFor } from "../../test/testbed/wait-for";
import { type DemoService, demoServices } from "../services/release";
import { agentStatus, watchesAll } from "./agent-status";
import { demoFleetFile } from "./demo-fleet";
import { type ServiceUrls, startServices } from "./start-services";
import { step } from "./step";

/** One agent of the demo, the host it is on and what it watches. */
export interface DemoAgent {
  name: string;
  host: Host;
  apiPort: number;
  apiUrl: string;
  services: Record<string, string>;
}

/** The demo's fleet, up and running. */
export interface Deployment {
  elasticsearch: RunningElasticsearch;
  repository: AgentRepository;
  server: Host;
  agents: DemoAgent[];
  services: ServiceUrls;
  pulumi: PulumiProject;
  /** A configuration with which the assembler's commands can be run on this machine. */
  assemblerConfig: string;
}

/** Starts Elasticsearch, three hosts and the services, and rolls the agents and the assembler out with `pulumi up`. */
export async function deploy(testbed: Testbed): Promise<Deployment> {
  const [elasticsearch, [server, web, data], repository, pulumi] = await step(
    "Elasticsearch, three hosts, Pulumi",
    () =>
      Promise.all([
        testbed.elasticsearch(),
        testbed.hosts(["server", "web", "data"]) as Promise<[Host, Host, Host]>,
        testbed.agentRepository(),
        testbed.pulumi(),
      ]),
  );
  const placement = { frontend: web, cart: web, catalog: data, backend: data };
  const services = await step("frontend → catalog, cart → backend", () => startServices(testbed, placement));
  const agents = await Promise.all([web, data].map((host) => demoAgent(host, placement)));
  await step("pulumi up", () => rollOut(testbed, { elasticsearch, repository, server, agents, pulumi }));
  await step("agents watch every service", () =>
    Promise.all(
      agents.map(({ name, apiUrl, services: watched }) =>
        waitFor(async () => watchesAll(await agentStatus(apiUrl), Object.keys(watched).length), {
          timeoutMs: 30_000,
          what: `agent "${name}" to watch its services`,
        }),
      ),
    ),
  );
  const assemblerConfig = writeAssemblerConfig(testbed, elasticsearch);
  return { elasticsearch, repository, server, agents, services, pulumi, assemblerConfig };
}

async function demoAgent(host: Host, placement: Record<DemoService["name"], Host>): Promise<DemoAgent> {
  const apiPort = await portOn(host, 7899);
  const here = demoServices.filter((service) => placement[service.name] === host);
  return {
    name: `${host.name}-agent`,
    host,
    apiPort,
    apiUrl: `http://${host.address}:${apiPort}`,
    services: Object.fromEntries(here.map((service) => [service.name, service.pattern])),
  };
}

/** Hosts without a network of their own share one address, where a fixed port may be taken. */
async function portOn(host: Host, usual: number): Promise<number> {
  return host.serviceManager === "systemd" ? usual : freePort();
}

async function rollOut(
  testbed: Testbed,
  {
    elasticsearch,
    repository,
    server,
    agents,
    pulumi,
  }: Pick<Deployment, "elasticsearch" | "repository" | "server" | "agents" | "pulumi">,
): Promise<void> {
  const assemblerPort = await portOn(server, 7900);
  const demo = { elasticUrl: elasticsearch.url, repository, server, assemblerPort, agents };
  const fleet = demoFleetFile(demo, elasticsearch.password);
  const fleetFile = join(testbed.directory, "fleet.toml");
  writeFileSync(fleetFile, fleet.toml);
  await pulumi.run(["config", "set", "deeptrace:fleet", fleetFile]);
  for (const [name, value] of Object.entries(fleet.secrets)) {
    // On stdin, as the values of secrets belong in no command line.
    await pulumi.run(["config", "set", "--secret", name], { stdin: value });
  }
  await pulumi.run(["up", "--yes"]);
}

function writeAssemblerConfig(testbed: Testbed, { nodeUrl }: RunningElasticsearch): string {
  const file = join(testbed.directory, "assembler.toml");
  writeFileSync(file, renderAssemblerToml({ elastic: { url: nodeUrl } }));
  chmodSync(file, 0o600);
  return file;
}
