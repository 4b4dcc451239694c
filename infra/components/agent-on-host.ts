import * as pulumi from "@pulumi/pulumi";
import { configText, shortDigest, withoutSecrets } from "../fleet/agent-config";
import type { AgentSpec } from "../fleet/fleet";
import { configScript, configTimeLimitSeconds } from "../host-scripts/config-script";
import { wellFacets } from "../host-scripts/facet-words";
import { agentLayout } from "../host-scripts/host-layout";
import { installScript, installTimeLimitSeconds } from "../host-scripts/install-script";
import { agentProgram } from "../host-scripts/managed-program";
import { probeScript } from "../host-scripts/probe-script";
import { serviceScript, serviceTimeLimitSeconds } from "../host-scripts/service-script";
import { sourceScript, sourceTimeLimitSeconds } from "../host-scripts/source-script";
import type { Facet } from "../ledger/ledger-contract";
import { Ledger } from "./ledger";
import { LeftUndone } from "./left-undone";
import { remoteStep } from "./remote-step";

export interface AgentOnHostArgs {
  readonly agent: AgentSpec;
  /** What the agent's ref stands for; 40 hex digits. */
  readonly commit: string;
  /** Kept out of what previews show. */
  readonly secretValues: ReadonlySet<string>;
}

/** One agent on its host: source, install, config and service, each a step of its own that can drift and heal on its own, and their ledger. */
export class AgentOnHost extends pulumi.ComponentResource {
  constructor({ agent, commit, secretValues }: AgentOnHostArgs, opts?: pulumi.ComponentResourceOptions) {
    super("deeptrace:fleet:Agent", agent.name, {}, opts);
    const { name, host, config } = agent;
    const { serviceManager } = host;
    const program = agentProgram(name, agentLayout(name, serviceManager), serviceManager, config.api);
    const text = configText(config);
    const settings = withoutSecrets(config, secretValues);
    const publicDigest = shortDigest(configText(settings));
    const leftUndone = new LeftUndone(program.owner.label);
    const ledger = leftUndone.speaksForItself(
      new Ledger(
        `${name}-ledger`,
        {
          agent: name,
          target: host.target,
          probe: probeScript({ program, version: commit }),
          desired: wellFacets({ kind: "agent", serviceManager, version: commit, publicDigest }),
          configText: text,
          settings,
        },
        { parent: this },
      ),
    );
    const step = (facet: Facet, script: string, timeLimitSeconds: number, after?: pulumi.CustomResource) =>
      remoteStep(this, { owner: name, facet, host, ledger, script, timeLimitSeconds, after, leftUndone });
    const source = step(
      "source",
      sourceScript({ owner: program.owner, repo: agent.source.repo, commit }),
      sourceTimeLimitSeconds,
    );
    const install = step("install", installScript({ program, commit }), installTimeLimitSeconds, source);
    const configured = step("config", configScript({ program, text, publicDigest }), configTimeLimitSeconds, install);
    step("service", serviceScript({ program, version: commit, configText: text }), serviceTimeLimitSeconds, configured);
    this.registerOutputs({});
  }
}
