import { mkdirSync } from "node:fs";
import path from "node:path";
import { OwnedProcesses } from "../../testbed/processes/owned-processes";
import { openTestbed, type RunningElasticsearch } from "../../testbed/testbed";
import { AgentInstallation, agentConfig } from "./running-agent";
import { type Shop, startShop } from "./shop";

/** The demo services, a real Elasticsearch, and an installed agent that is set up for both but not started. */
export interface TracedShop {
  elasticsearch: RunningElasticsearch;
  shop: Shop;
  agent: AgentInstallation;
  close(): Promise<void>;
}

/** `services` are those that the agent watches; all by default. */
export async function openTracedShop(agentName: string, services?: string[]): Promise<TracedShop> {
  const testbed = await openTestbed();
  const directory = path.join(testbed.directory, "traced-shop");
  mkdirSync(directory);
  const processes = new OwnedProcesses(directory);
  const close = async (): Promise<void> => {
    await processes.close();
    await testbed.close();
  };
  try {
    const agent = new AgentInstallation(path.join(directory, "agent"), processes);
    const [elasticsearch, shop] = await Promise.all([
      testbed.elasticsearch(),
      startShop(processes, directory),
      agent.install(),
    ]);
    const watched = Object.entries(shop.patterns).filter(([name]) => services?.includes(name) ?? true);
    agent.configure(agentConfig(agentName, elasticsearch, Object.fromEntries(watched)));
    return { elasticsearch, shop, agent, close };
  } catch (error) {
    await close();
    throw error;
  }
}
