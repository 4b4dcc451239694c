import assert from "node:assert/strict";
import { agentLayout } from "../../../../infra/host-scripts/host-layout";
import type { Host, PulumiProject } from "../../../testbed/testbed";
import { type FleetAgent, FleetStack } from "../fleet-stack";
import { type StartedPulumi, startPulumi } from "../started-pulumi";
import { installHolds } from "./holds";
import { publishWitness, watch, witnessed } from "./witness";

/** A fleet of systemd hosts whose agents tell what becomes of them, with an agent on each host or on the named ones. */
export class FaultedFleet {
  /** Digests of the configurations that were whole, by agent. */
  readonly #whole = new Map<string, Set<string>>();

  private constructor(
    readonly stack: FleetStack,
    readonly agents: readonly FleetAgent[],
  ) {}

  static async open(hostNames: string[], agentNames = hostNames): Promise<FaultedFleet> {
    const stack = await FleetStack.open(hostNames, "systemd");
    const fleet = new FaultedFleet(
      stack,
      stack.agents().filter(({ name }) => agentNames.includes(name)),
    );
    await publishWitness(await stack.testbed.agentRepository());
    await Promise.all(stack.hosts.map((host) => installHolds(host)));
    await Promise.all(fleet.agents.map(({ host, name }) => watch(host, name)));
    fleet.write();
    return fleet;
  }

  host(name: string): Host {
    return this.stack.host(name);
  }

  /** Writes the fleet file with a batch size of its own for all agents, which they only take by a restart or their API. */
  write(batchSize = 1024): void {
    const more = `[agents.config.sender]\nbatch_size = ${batchSize}`;
    this.stack.write(this.agents.map((agent) => ({ ...agent, more })));
  }

  /** A new release: all agents get source and install anew. */
  async publish(note: string): Promise<void> {
    await publishWitness(await this.stack.testbed.agentRepository(), note);
  }

  /** Starts an `up`; in another stack than the fleet's own if one is given. */
  startUp(pulumi: PulumiProject = this.stack.pulumi): StartedPulumi {
    return startPulumi(pulumi, ["up", "--yes", "--skip-preview"]);
  }

  /** One plain `up` brings everything to where it should be, and a preview that looks at the hosts agrees. */
  async converge(under = this.startUp()): Promise<void> {
    const { code, stdout, stderr } = await under.done;
    assert.equal(code, 0, stdout + stderr);
    await this.prove();
  }

  /** Nothing is left to do, each agent runs once and with its own whole configuration, and never was it otherwise. */
  async prove(): Promise<void> {
    assert.deepEqual((await this.stack.preview("--refresh")).changes, []);
    for (const { name, host } of this.agents) {
      const { configFile, unit } = agentLayout(name, host.serviceManager);
      const digest = await this.stack.on(host, `sha256sum <${configFile} | cut -d ' ' -f 1`);
      const whole = this.#whole.get(name) ?? new Set();
      this.#whole.set(name, whole.add(digest));
      assert.equal(await this.stack.on(host, `systemctl is-active ${unit}`), "active");
      const { configs, faults } = await witnessed(host, name);
      assert.deepEqual(faults, [], name);
      assert.ok(configs.has(digest), `${name} never read ${digest}`);
      const half = [...configs].filter((each) => !whole.has(each));
      assert.deepEqual(half, [], `${name} read what was no whole configuration`);
    }
  }

  close(): Promise<void> {
    return this.stack.close();
  }
}
