import * as pulumi from "@pulumi/pulumi";
import type { AgentSpec } from "../fleet/fleet";
import { agentSteps } from "../host-scripts/agent-steps";
import type { UnreachablePolicy } from "../ledger/ledger-contract";
import { Ledger } from "./ledger";
import { LeftUndone } from "./left-undone";
import { remoteStep } from "./remote-step";
import { placeOf, teardownOf } from "./teardown";

export interface AgentOnHostArgs {
  readonly agent: AgentSpec;
  /** What the agent's ref stands for; 40 hex digits. */
  readonly commit: string;
  /** Kept out of what previews show. */
  readonly secretValues: ReadonlySet<string>;
  readonly onUnreachable: UnreachablePolicy;
}

/** One agent on its host: source, install, config and service, each a step of its own that can drift and heal on its own, and their ledger. */
export class AgentOnHost extends pulumi.ComponentResource {
  constructor({ agent, commit, secretValues, onUnreachable }: AgentOnHostArgs, opts?: pulumi.ComponentResourceOptions) {
    super("deeptrace:fleet:Agent", agent.name, {}, opts);
    const { name, host } = agent;
    const { program, probe, desired, configText, settings, steps } = agentSteps(agent, commit, secretValues);
    const leftUndone = new LeftUndone(program.owner.label);
    const ledger = leftUndone.speaksForItself(
      new Ledger(
        `${name}-ledger`,
        {
          agent: name,
          place: placeOf(host),
          target: host.target,
          probe,
          desired,
          configText,
          settings,
          teardown: teardownOf(program),
          onUnreachable,
        },
        { parent: this },
      ),
    );
    let after: pulumi.CustomResource | undefined;
    for (const step of steps) after = remoteStep(this, { ...step, owner: name, host, ledger, after, leftUndone });
    this.registerOutputs({});
  }
}
