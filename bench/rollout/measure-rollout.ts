import type { Host } from "../../test/testbed/testbed";
import { AnsibleContender } from "./ansible-contender";
import { figuresOf, fleetSizes } from "./figures";
import { type PlannedAgent, planAgents } from "./fleet-plan";
import { countLogins } from "./logins";
import { peakMemoryOf } from "./process-memory";
import { PulumiContender } from "./pulumi-contender";
import { openSite, type Site } from "./site";

const hostCount = 10;
const previews = 3;

/** The two contenders of one round, each on fresh hosts of its own. */
interface Round {
  readonly site: Site;
  readonly ansibleSite: Site;
  readonly pulumi: PulumiContender;
  readonly ansible: AnsibleContender;
}

/**
 * Races the stack against Ansible: the same agent, by the same steps, on the same kind of hosts, in one run.
 *
 * Neither has a warm cache that the other has not: both have hosts of their own, booted before either starts, both
 * have rolled one agent out to a spare host and taken it back, so that this machine has read the programs of both and
 * what they run on hosts, and in the second round the other one goes first. What is repeated is taken by turns.
 */
export async function measureRollout(): Promise<Record<string, number>> {
  const first = await openRound();
  const [rollout1, ansibleRollout1] = await closing(first, async () => [
    await timed("Pulumi: first rollout", () => first.pulumi.rollOut(agentsOf(first.site, fleetSizes.small))),
    await timed("Ansible: first rollout", () => first.ansible.rollOut(agentsOf(first.ansibleSite, fleetSizes.small))),
  ]);
  const second = await openRound();
  return closing(second, async () => {
    const agents = agentsOf(second.site, fleetSizes.small);
    const ansibleAgents = agentsOf(second.ansibleSite, fleetSizes.small);
    const ansibleRollout2 = await timed("Ansible: first rollout", () => second.ansible.rollOut(ansibleAgents));
    const rollout2 = await timed("Pulumi: first rollout", () => second.pulumi.rollOut(agents));
    const smallPreviews: number[] = [];
    const ansibleChecks: number[] = [];
    for (let turn = 0; turn < previews; turn++) {
      smallPreviews.push(await timed("Pulumi: preview --refresh", () => second.pulumi.preview()));
      ansibleChecks.push(await timed("Ansible: --check", () => second.ansible.check(ansibleAgents)));
    }
    return figuresOf({
      rollouts: [rollout1, rollout2],
      ansibleRollouts: [ansibleRollout1, ansibleRollout2],
      previews: smallPreviews,
      ansibleChecks,
      healHostsTouched: await hostsTouchedByHeal(second.pulumi, second.site.hosts, agents),
      ...(await measureLargeFleet(second)),
    });
  });
}

async function openRound(): Promise<Round> {
  const site = await step(`${hostCount} hosts for Pulumi`, () => openSite(hostCount));
  let ansibleSite: Site | undefined;
  try {
    ansibleSite = await step(`${hostCount} hosts for Ansible`, () => openSite(hostCount));
    const pulumi = await PulumiContender.prepare(site);
    const ansible = await AnsibleContender.prepare(ansibleSite);
    await step("rehearsal of both on a spare host", async () => {
      await pulumi.rollOut(planAgents([site.spare], 1, "rehearsal"));
      await pulumi.preview();
      await pulumi.destroy();
      const rehearsed = planAgents([ansibleSite?.spare as Host], 1, "rehearsal");
      await ansible.rollOut(rehearsed);
      await ansible.check(rehearsed);
    });
    return { site, ansibleSite, pulumi, ansible };
  } catch (error) {
    await Promise.allSettled([site.close(), ansibleSite?.close()]);
    throw error;
  }
}

async function closing<Result>({ site, ansibleSite }: Round, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } finally {
    await Promise.all([site.close(), ansibleSite.close()]);
  }
}

function agentsOf({ hosts }: Site, count: number): PlannedAgent<Host>[] {
  return planAgents(hosts, count);
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

async function measureLargeFleet({ pulumi, site }: Round) {
  const agents = agentsOf(site, fleetSizes.large);
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
