import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { agentLayout } from "../../../../infra/host-scripts/host-layout";
import { descendantsOf, processTable } from "../../../testbed/processes/process-table";
import { withStackFile } from "../../../testbed/pulumi-project";
import type { CommandResult, Host, PulumiProject } from "../../../testbed/testbed";
import { type FleetAgent, FleetStack } from "../fleet-stack";
import { installHolds } from "./holds";
import { publishWitness, watch, witnessed } from "./witness";

/** An `up` that is under way. */
export interface UpUnderWay {
  readonly done: Promise<CommandResult>;
  /** Ends with what to say if it is waited for something that this `up` can no longer bring. */
  readonly over: Promise<string>;
  /** Ends the CLI and everything below it with SIGKILL. */
  kill(): Promise<void>;
}

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
  startUp(pulumi: PulumiProject = this.stack.pulumi): UpUnderWay {
    const words = withStackFile(["up", "--yes", "--skip-preview"], pulumi.stackFile);
    const child = spawn("pulumi", ["--non-interactive", "--color", "never", ...words], {
      cwd: join(__dirname, "../../../.."),
      env: { ...pulumi.environment, PULUMI_CONTINUE_ON_ERROR: "true" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk) => (stdout += chunk));
    child.stderr.on("data", (chunk) => (stderr += chunk));
    const done = new Promise<CommandResult>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code) => resolve({ code: code ?? 137, stdout, stderr }));
    });
    return {
      done,
      over: done.then(({ code }) => `the up ended with status ${code}:\n${stdout}${stderr}`),
      async kill() {
        const { pid = 0 } = child;
        for (const each of [pid, ...descendantsOf(pid, processTable())]) kill(each);
        await done;
      },
    };
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

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    // It may have ended with its parent.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
