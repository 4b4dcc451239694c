import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { agentLayout } from "../../../infra/host-scripts/host-layout";
import { freePort } from "../../testbed/free-port";
import {
  type CommandResult,
  type Host,
  openTestbed,
  type PulumiProject,
  type RunningElasticsearch,
  type Testbed,
} from "../../testbed/testbed";

/** An agent of the fleet file; what is given replaces its lines. */
export interface FleetAgent {
  readonly name: string;
  readonly host: Host;
  /** More lines of `[agents.agent_info]`. */
  readonly login?: string;
  /** TOML after it. */
  readonly more?: string;
}

/** What a preview says. */
export interface Preview {
  /** What would change, as `update a-config`, sorted; nothing about what stays. */
  readonly changes: string[];
  /** By agent and facet, of agents whose ledger changes. */
  readonly observed: Record<string, Record<string, string>>;
}

interface PreviewStep {
  op: string;
  urn: string;
  oldState?: { outputs?: { observed?: Record<string, string> } };
}

const nameOf = (urn: string) => urn.slice(urn.lastIndexOf("::") + 2);

/** A real stack on real hosts, with a fleet file that a test rewrites at will. */
export class FleetStack {
  readonly fleetFile: string;
  readonly elasticPassword: string;
  /** Everything before the agents; a test may add to it. */
  head: string;
  #ports = new Map<string, number>();

  private constructor(
    readonly testbed: Testbed,
    readonly pulumi: PulumiProject,
    readonly hosts: readonly Host[],
    readonly repository: string,
    /** Undefined in a stack that does not register its agents. */
    readonly elasticsearch: RunningElasticsearch | undefined,
  ) {
    this.elasticPassword = elasticsearch?.password ?? `elastic-${randomBytes(12).toString("hex")}`;
    this.fleetFile = join(testbed.directory, "fleet.toml");
    const [server] = hosts;
    this.head = `[elastic]
elastic_password = "secret:elasticPassword"${elasticsearch ? `\nurl = "${elasticsearch.url}"` : ""}
[server]
ip = "${server?.address}"
[agent_defaults.source]
repo = "${repository}"
[agent_defaults.config.ebpf.services]
none = "no-such-process"
`;
  }

  /** Opens a testbed with so many hosts, and with an Elasticsearch if agents are to be registered. The caller closes it. */
  static async open(hostNames: string[], kind?: "systemd" | "process", { register = false } = {}): Promise<FleetStack> {
    const testbed = await openTestbed(kind ? { hosts: kind } : {});
    try {
      const [hosts, repository, pulumi, elasticsearch] = await Promise.all([
        testbed.hosts(hostNames),
        testbed.agentRepository(),
        testbed.pulumi(),
        register ? testbed.elasticsearch() : undefined,
      ]);
      const stack = new FleetStack(testbed, pulumi, hosts, repository.url, elasticsearch);
      await pulumi.run(["config", "set", "deeptrace:fleet", stack.fleetFile]);
      await pulumi.run(["config", "set", "deeptrace:register", String(register)]);
      await stack.setSecret("elasticPassword", stack.elasticPassword);
      for (const host of hosts) {
        stack.#ports.set(host.name, await freePort());
        await stack.setSecret(`${host.name}Login`, host.password ?? host.privateKey ?? "");
      }
      return stack;
    } catch (error) {
      await testbed.close();
      throw error;
    }
  }

  async setSecret(name: string, value: string): Promise<void> {
    await this.pulumi.run(["config", "set", "--secret", name], { stdin: value });
  }

  /** The lines that log in to a host as its own user. */
  login(host: Host): string {
    return `${host.password ? "host_password" : "ssh_key"} = "secret:${host.name}Login"`;
  }

  /** Writes the fleet file with one agent per host, or the given ones, and returns its text. */
  write(agents: readonly FleetAgent[] = this.agents()): string {
    const entries = agents.map(({ name, host, login, more }) =>
      [
        "[[agents]]",
        "[agents.agent_info]",
        `agent_name = "${name}"`,
        `host_ip = "${host.address}"`,
        `ssh_port = ${host.port}`,
        `service_manager = "${host.serviceManager}"`,
        login ?? `user_name = "${host.user}"\n${this.login(host)}`,
        "[agents.api]",
        `port = ${this.port(host)}`,
        more ?? "",
      ].join("\n"),
    );
    const text = `${this.head}\n${entries.join("\n")}\n`;
    writeFileSync(this.fleetFile, text);
    return text;
  }

  /** The port of a host's agent; process hosts share one machine. */
  port(host: Host): number {
    return this.#ports.get(host.name) ?? 7899;
  }

  /** One agent per host, of the host's name. */
  agents(): FleetAgent[] {
    return this.hosts.map((host) => ({ name: host.name, host }));
  }

  host(name: string): Host {
    const host = this.hosts.find((candidate) => candidate.name === name);
    if (!host) throw new Error(`no host ${name} in this test`);
    return host;
  }

  /** Runs the CLI; the result is for the test to judge. Agents do not wait for one another's failures. */
  run(...args: string[]): Promise<CommandResult> {
    return this.pulumi.run(args, { allowFailure: true, environment: { PULUMI_CONTINUE_ON_ERROR: "true" } });
  }

  async up(...args: string[]): Promise<CommandResult> {
    const result = await this.run("up", "--yes", "--skip-preview", ...args);
    assert.equal(result.code, 0, `${result.stdout}${result.stderr}`);
    return result;
  }

  /** What `preview` would change, and what the ledgers of changed agents saw of their hosts. */
  async preview(...args: string[]): Promise<Preview> {
    const result = await this.run("preview", "--json", ...args);
    assert.equal(result.code, 0, `${result.stdout}${result.stderr}`);
    const { steps } = JSON.parse(result.stdout) as { steps: PreviewStep[] };
    const changing = steps.filter(({ op }) => !["same", "refresh", "read"].includes(op));
    const observed: Preview["observed"] = {};
    for (const { urn, oldState } of changing) {
      if (oldState?.outputs?.observed) observed[nameOf(urn).replace(/-ledger$/, "")] = oldState.outputs.observed;
    }
    return { changes: changing.map(({ op, urn }) => `${op} ${nameOf(urn)}`).sort(), observed };
  }

  /** The names of all resources in the state. */
  async resources(): Promise<string[]> {
    const { stdout } = await this.pulumi.run(["stack", "export"]);
    const { deployment } = JSON.parse(stdout) as { deployment: { resources?: { urn: string }[] } };
    return (deployment.resources ?? [])
      .map(({ urn }) => nameOf(urn))
      .filter((name) => !name.startsWith("default"))
      .sort();
  }

  /** Runs shell text on a host's console and returns what it printed. */
  async on(host: Host, command: string, stdin?: string): Promise<string> {
    const { code, stdout, stderr } = await host.exec(command, stdin === undefined ? {} : { stdin });
    assert.equal(code, 0, `${host.name}: ${command}: ${stderr}`);
    return stdout.trim();
  }

  /** The pid of an agent, from its own pid file. */
  pid({ name, host }: FleetAgent): Promise<string> {
    return this.on(host, `cat ${agentLayout(name, host.serviceManager).pidFile}`);
  }

  close(): Promise<void> {
    return this.testbed.close();
  }
}
