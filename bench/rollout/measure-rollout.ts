import type { Host } from "../../test/testbed/testbed";
import { AnsibleContender, type Strategy } from "./ansible-contender";
import { figuresOf, fleetSizes } from "./figures";
import { type PlannedAgent, planAgents } from "./fleet-plan";
import { countLogins } from "./logins";
import { peakMemoryOf } from "./process-memory";
import { PulumiContender } from "./pulumi-contender";
import { openSite, type Site } from "./site";

const hostCount = 10;
/** By turns, with the strategy of Ansible's that it is timed with; the faster one counts. */
const checks: readonly Strategy[] = ["linear", "free", "linear"];
const previews = 3;

/** Fresh hosts with both contenders, rehearsed. */
interface Ground {
  readonly site: Site;
  readonly pulumi: PulumiContender;
  readonly ansible: AnsibleContender;
}

/**
 * Races the stack against Ansible: the same agent, by the same steps, on the same kind of hosts, in one run.
 *
 * Neither has a warm cache that the other has not. Each first rollout is on hosts booted for it, after both contenders have
 * rolled one agent out to a spare host there, so that this machine has read the programs of both and what they run on
 * hosts; the order is ours, theirs, theirs, ours. Previews and checks take turns on the same hosts, where each contender
 * has 50 agents of its own.
 */
export async function measureRollout(): Promise<Record<string, number>> {
  const rollouts = [await onFreshHosts(rollOutOurs)];
  const ansibleRollouts = [
    await onFreshHosts((ground) => rollOutTheirs(ground, "linear")),
    await onFreshHosts((ground) => rollOutTheirs(ground, "free")),
  ];
  return onFreshHosts(async (ground) => {
    const { pulumi, ansible, site } = ground;
    rollouts.push(await rollOutOurs(ground));
    await rollOutTheirs(ground, "linear");
    const small: number[] = [];
    const ansibleChecks: number[] = [];
    for (const strategy of checks) {
      small.push(await timed("Pulumi: preview --refresh", () => pulumi.preview()));
      const check = () => ansible.check(theirAgents(site), strategy);
      ansibleChecks.push(await timed(`Ansible: --check, ${strategy}`, check));
    }
    return figuresOf({
      rollouts,
      ansibleRollouts,
      previews: small,
      ansibleChecks,
      healHostsTouched: await hostsTouchedByHeal(pulumi, site.hosts, ourAgents(site, fleetSizes.small)),
      ...(await measureLargeFleet(ground)),
    });
  });
}

/** Opens a site, rehearses both contenders on its spare host, and closes it after the work. */
async function onFreshHosts<Result>(work: (ground: Ground) => Promise<Result>): Promise<Result> {
  const site = await step(`${hostCount} fresh hosts`, () => openSite(hostCount));
  try {
    const pulumi = await PulumiContender.prepare(site);
    const ansible = await AnsibleContender.prepare(site);
    await step("rehearsal of both on a spare host", async () => {
      const rehearsed = planAgents([site.spare], 1, "rehearsal");
      await pulumi.rollOut(rehearsed);
      await pulumi.preview();
      await pulumi.destroy();
      await ansible.rollOut(rehearsed);
      await ansible.check(rehearsed);
    });
    return await work({ site, pulumi, ansible });
  } finally {
    await site.close();
  }
}

function rollOutOurs({ site, pulumi }: Ground): Promise<number> {
  return timed("Pulumi: first rollout", () => pulumi.rollOut(ourAgents(site, fleetSizes.small)));
}

function rollOutTheirs({ site, ansible }: Ground, strategy: Strategy): Promise<number> {
  return timed(`Ansible: first rollout, ${strategy}`, () => ansible.rollOut(theirAgents(site), strategy));
}

function ourAgents({ hosts }: Site, count: number): PlannedAgent<Host>[] {
  return planAgents(hosts, count, "ours");
}

function theirAgents({ hosts }: Site): PlannedAgent<Host>[] {
  return planAgents(hosts, fleetSizes.small, "theirs", 8900);
}

/** Alters one agent's configuration by hand, has it seen, and counts the hosts that its heal logs in to. */
async function hostsTouchedByHeal(
  pulumi: PulumiContender,
  hosts: readonly Host[],
  agents: readonly PlannedAgent<Host>[],
): Promise<number> {
  const drifted = agents[Math.floor(agents.length / 2)] as PlannedAgent<Host>;
  const file = `/etc/deeptrace/agents/${drifted.name}/deeptrace.toml`;
  const { code, stderr } = await drifted.host.exec(`sed -i 's/^batch_size = .*/batch_size = 7/' ${file}`);
  if (code !== 0) throw new Error(`${file} cannot be altered: ${stderr.trim()}`);
  await timed("Pulumi: refresh with one of 50 agents drifted", () => pulumi.refresh());
  const before = await countLogins(hosts);
  await timed("Pulumi: heal of one of 50 agents", () => pulumi.heal());
  const after = await countLogins(hosts);
  await pulumi.preview();
  return after.filter((logins, index) => logins !== before[index]).length;
}

async function measureLargeFleet({ pulumi, site }: Ground) {
  const agents = ourAgents(site, fleetSizes.large);
  await step(`Pulumi: from ${fleetSizes.small} to ${fleetSizes.large} agents`, () => pulumi.setUp(agents));
  const previews200: number[] = [];
  const peak = await peakMemoryOf("pulumi", async () => {
    for (let turn = 0; turn < previews; turn++) {
      previews200.push(await timed(`Pulumi: preview --refresh of ${agents.length}`, () => pulumi.preview()));
    }
  });
  return { previews200, peak };
}

/** Does what is to be timed; returns its seconds. */
function timed(title: string, work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  return step(title, work).then(() => (performance.now() - started) / 1000);
}

/** One line when it is done, with its time. */
async function step<Result>(title: string, work: () => Promise<Result>): Promise<Result> {
  const started = performance.now();
  const result = await work();
  console.log(`  ${title}: ${((performance.now() - started) / 1000).toFixed(1)} s`);
  return result;
}
