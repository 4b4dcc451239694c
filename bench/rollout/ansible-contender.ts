import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runCommand } from "../../test/testbed/processes/run-command";
import { haveTool } from "../../test/testbed/tools/cached-tool";
import { lineProgress } from "../../test/testbed/tools/progress";
import { ansiblePlaybook, ansibleTool } from "./ansible-tool";
import { inventoryText, knownHostsText, type PlannedAgent } from "./fleet-plan";
import type { Site } from "./site";

const playbooks = join(__dirname, "ansible");

/** Task by task over all agents, or each agent as fast as it can; which is faster depends on the machine. */
export type Strategy = "linear" | "free";

/** What a run of a playbook says of each agent at its end. */
interface Recap {
  readonly changed: number;
  readonly failed: number;
  readonly agents: number;
}

/** Ansible at work on one site, with `ansible/playbook.yml`. */
export class AnsibleContender {
  private constructor(
    private readonly site: Site,
    private readonly directory: string,
    private readonly playbook: readonly string[],
    private readonly environment: Record<string, string>,
  ) {}

  static async prepare(site: Site): Promise<AnsibleContender> {
    const home = await haveTool(ansibleTool({ ...process.env, ...site.testbed.mark }), lineProgress(console.log));
    const directory = join(site.testbed.directory, "ansible");
    mkdirSync(directory);
    writeFileSync(join(directory, "known_hosts"), knownHostsText([...site.hosts, site.spare]));
    return new AnsibleContender(site, directory, ansiblePlaybook(home), {
      // The connections that it leaves open for a minute end with the site.
      ...site.testbed.mark,
      PATH: process.env.PATH ?? "",
      HOME: directory,
      LANG: "C.UTF-8",
      ANSIBLE_CONFIG: join(playbooks, "ansible.cfg"),
      ANSIBLE_HOME: join(directory, "home"),
    });
  }

  /** Rolls the agents out. Throws if one fails. */
  async rollOut(agents: readonly PlannedAgent[], strategy: Strategy = "linear"): Promise<void> {
    const { changed } = await this.#run(agents, [], strategy);
    if (changed !== agents.length) throw new Error(`Ansible changed ${changed} of ${agents.length} agents`);
  }

  /** Asks what would change. Throws unless that is nothing. */
  async check(agents: readonly PlannedAgent[], strategy: Strategy = "linear"): Promise<void> {
    const { changed } = await this.#run(agents, ["--check"], strategy);
    if (changed !== 0) throw new Error(`Ansible would change ${changed} agents that nobody has touched`);
  }

  async #run(agents: readonly PlannedAgent[], options: readonly string[], strategy: Strategy): Promise<Recap> {
    const inventory = join(this.directory, "inventory.json");
    const knownHostsFile = join(this.directory, "known_hosts");
    // A socket's path may have a hundred characters, to which ssh adds some.
    const places = { knownHostsFile, controlDirectory: this.directory, elasticPassword: "not-used" };
    writeFileSync(inventory, inventoryText(agents, this.site.source, places), { mode: 0o600 });
    const argv = [...this.playbook, "--inventory", inventory, ...options, join(playbooks, "playbook.yml")];
    const { code, stdout, stderr } = await runCommand(argv, {
      environment: { ...this.environment, ANSIBLE_STRATEGY: strategy },
    });
    const recap = recapOf(stdout);
    if (code === 0 && recap.failed === 0 && recap.agents === agents.length) return recap;
    throw new Error(`ansible-playbook ended with status ${code}:\n${failures(`${stdout}\n${stderr}`)}`);
  }
}

/** Reads the lines `a000 : ok=8 changed=7 unreachable=0 failed=0 …`. */
export function recapOf(output: string): Recap {
  const lines = [...output.matchAll(/^\S+ +: ok=\d+ +changed=(\d+) +unreachable=(\d+) +failed=(\d+)/gm)];
  return {
    agents: lines.length,
    changed: lines.filter(([, changed]) => changed !== "0").length,
    failed: lines.filter(([, , unreachable, failed]) => unreachable !== "0" || failed !== "0").length,
  };
}

function failures(output: string): string {
  const lines = output.split("\n").filter((line) => /^(fatal|ERROR|\[ERROR\]|failed:)/.test(line));
  return (lines.length > 0 ? lines : output.trim().split("\n")).slice(-5).join("\n");
}
