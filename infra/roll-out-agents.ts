import * as pulumi from "@pulumi/pulumi";
import { ElasticError } from "../assembler/elastic/elastic-error";
import { AgentOnHost, type RegisterArgs } from "./components/agent-on-host";
import type { AgentSpec, Fleet } from "./fleet/fleet";
import { lastKnownAgents } from "./last-known-agents";
import type { ElasticTarget } from "./registration/registration-contract";
import { makeSpanAliases } from "./registration/span-aliases";
import { type AgentResult, type FleetOutputs, fleetOutputs } from "./rollout/fleet-outputs";
import { rolloutSummary, wavesLeft } from "./rollout/rollout-summary";
import { runWaves } from "./rollout/run-waves";
import { planWaves, type Wave, waveWords } from "./rollout/waves";
import type { StackOptions } from "./stack-options";
import { userFault } from "./user-fault";

export interface RolloutArgs {
  readonly fleet: Fleet;
  /** By agent name. */
  readonly commits: ReadonlyMap<string, string>;
  readonly secretValues: ReadonlySet<string>;
  /** SHA-256 of the assembler that is rolled out; undefined if none is. */
  readonly bundleVersion: string | undefined;
  readonly options: StackOptions;
}

interface Member {
  readonly name: string;
  readonly host: string;
  readonly agent: AgentSpec;
}

/**
 * Rolls the agents out in waves and says at the end who is at which version. A preview has nothing to wait for: there, all agents are registered at
 * once. So waiting never shows as a change.
 */
export async function rollOutAgents(args: RolloutArgs): Promise<pulumi.Input<FleetOutputs>> {
  const { fleet, commits, secretValues, bundleVersion, options } = args;
  const { rollout, onUnreachable } = options;
  const members = fleet.agents.map((agent): Member => ({ name: agent.name, host: agent.host.target.host, agent }));
  const waves = planWaves(members, rollout);
  const waveOf = new Map(waves.flatMap(({ number, agents }) => agents.map(({ name }) => [name, number])));
  const register = registerArgs(fleet, options);
  const begun = new Map<string, AgentOnHost>();
  const begin = ({ name, agent }: Member): AgentOnHost => {
    const commit = commits.get(name) ?? "";
    const onHost = new AgentOnHost({ agent, commit, secretValues, onUnreachable, register });
    begun.set(name, onHost);
    return onHost;
  };
  const allAt = (hostKeys: Readonly<Record<string, string>>, resultOf: (name: string) => Partial<AgentResult>) =>
    fleetOutputs(fleet, bundleVersion, ({ name }) => ({
      outcome: "done",
      version: commits.get(name) ?? "",
      hostKey: hostKeys[name] ?? "",
      wave: waveOf.get(name) ?? 1,
      ...resultOf(name),
    }));

  if (pulumi.runtime.isDryRun()) {
    if (waves.length > 1) await pulumi.log.info(waves.map((wave) => waveWords(wave, waves.length)).join("\n"));
    const hostKeys = Object.fromEntries(members.map((member) => [member.name, begin(member).hostKey]));
    return pulumi.output(hostKeys).apply((keys) => allAt(keys, () => ({})));
  }
  if (register !== undefined) await prepareSpanIndices(fleet, register.elastic);
  const outcomes = await runWaves(waves, rollout?.parallelism, async (member, wave) => {
    await announce(wave, waves, member);
    return begin(member).isDone;
  });
  const hostKeys: Record<string, string> = {};
  for (const [name, onHost] of begun)
    if (outcomes.get(name) === "done") hostKeys[name] = await resolved(onHost.hostKey);
  const before = [...outcomes.values()].every((outcome) => outcome === "done") ? new Map() : await lastKnownAgents();
  const outputs = allAt(hostKeys, (name) => {
    const outcome = outcomes.get(name) ?? "left";
    if (outcome === "done") return { outcome };
    return { outcome, version: "", hostKey: "", ...before.get(name) };
  });
  await pulumi.log.info(rolloutSummary(outputs.agents));
  const left = wavesLeft(waves, ({ name }) => outcomes.get(name));
  // Not thrown, so that the outputs are recorded. It must be an error: a program that ends well without having registered an agent has it deleted.
  if (left.length > 0) void Promise.reject(userFault(left.join("\n")));
  return outputs;
}

function registerArgs({ elastic }: Fleet, { register, rollout }: StackOptions): RegisterArgs | undefined {
  if (!register) return undefined;
  const { url, username, password } = elastic;
  return {
    elastic: { url, username, password },
    stack: `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`,
    spansWithinSeconds: rollout?.gate === "data" ? rollout.deadline : undefined,
  };
}

/**
 * Where retention rolls indices over, an agent writes to an alias; that has to be there before the agent is, or
 * Elasticsearch makes an index of that name. It is no resource: what is in it is data, which no teardown removes.
 */
async function prepareSpanIndices({ agents, assembler }: Fleet, elastic: ElasticTarget): Promise<void> {
  const { enabled, roll_over } = assembler.retention;
  if (!enabled || !roll_over) return;
  const names = agents.map(({ config }) => config.sender.elastic.index_name);
  try {
    await makeSpanAliases(elastic, names, new AbortController().signal);
  } catch (error) {
    if (!(error instanceof ElasticError)) throw error;
    await pulumi.log.warn(
      `new agents write to indices that cannot be rolled over, as their aliases could not be made: ${error.message}`,
    );
  }
}

/** Says once per wave that it begins, where there are several. */
async function announce(wave: Wave<Member>, waves: readonly Wave<Member>[], member: Member): Promise<void> {
  if (waves.length > 1 && member === wave.agents[0]) await pulumi.log.info(`${waveWords(wave, waves.length)} begins`);
}

/** The value of an output that never fails and is known in an up. */
function resolved<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => {
    output.apply((value) => resolve(value as T));
  });
}
