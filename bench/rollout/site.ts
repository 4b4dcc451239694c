import { join } from "node:path";
import { makeKeyPair } from "../../test/testbed/hosts/ssh-keys";
import { systemdHostsWork } from "../../test/testbed/hosts/systemd-support";
import { type Host, openTestbed, type Testbed } from "../../test/testbed/testbed";
import { writeAgentRelease } from "./agent-release";
import type { FleetSource } from "./fleet-plan";

/** Hosts that nobody has rolled anything out to, a repository that they reach, and the key that opens them. */
export interface Site {
  readonly testbed: Testbed;
  readonly hosts: readonly Host[];
  /** For rehearsals; nothing on it is measured. */
  readonly spare: Host;
  readonly source: FleetSource;
  close(): Promise<void>;
}

/** Opens a site of so many hosts, and one to spare. Throws if this machine cannot run hosts with systemd. */
export async function openSite(hostCount: number): Promise<Site> {
  if (!(await systemdHostsWork())) {
    throw new Error("the rollout's benchmark runs hosts with systemd in containers, which needs root: run it as root");
  }
  const testbed = await openTestbed({ hosts: "systemd" });
  try {
    const keyFile = join(testbed.directory, "login-key");
    const [repository, key] = await Promise.all([testbed.agentRepository(writeAgentRelease), makeKeyPair(keyFile)]);
    const spare = await testbed.host("spare");
    const hosts = await bootHosts(testbed, hostCount);
    await Promise.all([...hosts, spare].map((host) => letIn(host, key.publicKey)));
    const source = { repository, keyFile, elasticUrl: `http://${spare.address}:9200` };
    return { testbed, hosts, spare, source, close: () => testbed.close() };
  } catch (error) {
    await testbed.close();
    throw error;
  }
}

/** A few at a time: a dozen that boot at once on a busy machine keep each other from being up in time. */
async function bootHosts(testbed: Testbed, count: number): Promise<Host[]> {
  const hosts: Host[] = [];
  while (hosts.length < count) {
    const names = Array.from(
      { length: Math.min(3, count - hosts.length) },
      (_, index) => `host${hosts.length + index}`,
    );
    hosts.push(...(await testbed.hosts(names)));
  }
  return hosts;
}

async function letIn(host: Host, publicKey: string): Promise<void> {
  const write = "umask 077 && mkdir -p /root/.ssh && cat >/root/.ssh/authorized_keys";
  const { code, stderr } = await host.exec(write, { stdin: `${publicKey}\n` });
  if (code !== 0) throw new Error(`host ${host.name} takes no key: ${stderr.trim()}`);
}
