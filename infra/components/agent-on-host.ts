import * as pulumi from "@pulumi/pulumi";
import { configText } from "../fleet/agent-config";
import type { AgentSpec } from "../fleet/fleet";
import { agentSteps } from "../host-scripts/agent-steps";
import type { UnreachablePolicy } from "../ledger/ledger-contract";
import type { ElasticTarget } from "../registration/registration-contract";
import { agentEntry, dataGate, revisionOf } from "../registration/registration-entry";
import { allDone } from "./all-done";
import { Ledger } from "./ledger";
import { LeftUndone } from "./left-undone";
import { placeOf } from "./place";
import { Registration } from "./registration";
import { remoteSteps } from "./remote-step";

/** Where an agent is registered once it is up. */
export interface RegisterArgs {
  readonly elastic: ElasticTarget;
  /** `organization/project/stack` */
  readonly stack: string;
  /** Within so many seconds its spans must have arrived; undefined: nothing waits for them. */
  readonly spansWithinSeconds: number | undefined;
}

export interface AgentOnHostArgs {
  readonly agent: AgentSpec;
  /** What the agent's ref stands for; 40 hex digits. */
  readonly commit: string;
  /** Kept out of what previews show. */
  readonly secretValues: ReadonlySet<string>;
  readonly onUnreachable: UnreachablePolicy;
  /** Undefined: the agent is not entered into `agent_list`. */
  readonly register: RegisterArgs | undefined;
}

/** One agent on its host: source, install, config and service, each a step of its own that can drift and heal on its own, their ledger, and the agent's registration. */
export class AgentOnHost extends pulumi.ComponentResource {
  /** The key that its host is held to; empty if the host could not be entered. */
  readonly hostKey: pulumi.Output<string>;
  /** Resolves in an up when nothing of this agent is under way any more: true if all of it came about. */
  readonly isDone: Promise<boolean>;

  constructor(args: AgentOnHostArgs, opts?: pulumi.ComponentResourceOptions) {
    const { agent, commit, secretValues, onUnreachable, register } = args;
    super("deeptrace:fleet:Agent", agent.name, {}, opts);
    const { name, host } = agent;
    const made = agentSteps(agent, commit, secretValues);
    const { program, spec, desired, settings, publicDigest, steps } = made;
    const leftUndone = new LeftUndone(program.owner.label);
    const ledger = leftUndone.speaksForItself(
      new Ledger(
        `${name}-ledger`,
        {
          agent: name,
          place: placeOf(host),
          target: host.target,
          program: spec,
          desired,
          configText: made.configText,
          settings: configText(settings),
          onUnreachable,
        },
        { parent: this },
      ),
    );
    const shared = { owner: name, program, stepsSha256: spec.steps, host, ledger, leftUndone };
    const commands = remoteSteps(this, steps, shared);
    const chain: pulumi.CustomResource[] = [ledger, ...commands];
    const after = commands.at(-1);
    if (register && after) {
      const { elastic, stack, spansWithinSeconds } = register;
      const inputs = {
        agent: name,
        elastic,
        entry: agentEntry(agent, { version: commit, settings, publicDigest }, stack),
        revision: revisionOf(commit, made.configText),
        onUnreachable,
        ...(spansWithinSeconds !== undefined && { gate: dataGate(agent, spansWithinSeconds) }),
      };
      const registration = new Registration(`${name}-registration`, inputs, leftUndone.guard(after.urn), {
        parent: this,
      });
      chain.push(leftUndone.speaksForItself(registration));
    }
    this.hostKey = pulumi.recover(ledger.hostKey, () => "");
    this.isDone = allDone(chain);
    this.registerOutputs({});
  }
}
