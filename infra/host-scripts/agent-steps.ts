import { configText, shortDigest, withoutSecrets } from "../fleet/agent-config";
import type { AgentSpec } from "../fleet/fleet";
import { configScript, configTimeLimitSeconds } from "./config-script";
import { wellFacets } from "./facet-words";
import { agentLayout } from "./host-layout";
import { installScript, installTimeLimitSeconds } from "./install-script";
import { agentProgram } from "./managed-program";
import { probeScript } from "./probe-script";
import type { ProgramSteps } from "./program-steps";
import { serviceScript, serviceTimeLimitSeconds } from "./service-script";
import { sourceScript, sourceTimeLimitSeconds } from "./source-script";

/** What brings an agent to one commit, in four steps. `secretValues` are kept out of what people read. */
export function agentSteps(agent: AgentSpec, commit: string, secretValues: ReadonlySet<string>): ProgramSteps {
  const { name, host, config, source } = agent;
  const { serviceManager } = host;
  const program = agentProgram(name, agentLayout(name, serviceManager), serviceManager, config.api);
  const text = configText(config);
  const settings = withoutSecrets(config, secretValues);
  const publicDigest = shortDigest(configText(settings));
  return {
    program,
    version: commit,
    probe: probeScript({ program, version: commit }),
    desired: wellFacets({ kind: "agent", serviceManager, version: commit, publicDigest }),
    configText: text,
    settings,
    publicDigest,
    steps: [
      {
        facet: "source",
        script: sourceScript({ program, repo: source.repo, commit }),
        timeLimitSeconds: sourceTimeLimitSeconds,
      },
      { facet: "install", script: installScript({ program, commit }), timeLimitSeconds: installTimeLimitSeconds },
      {
        facet: "config",
        script: configScript({ program, text, publicDigest, update: JSON.stringify(config) }),
        timeLimitSeconds: configTimeLimitSeconds,
      },
      {
        facet: "service",
        script: serviceScript({ program, version: commit, configText: text }),
        timeLimitSeconds: serviceTimeLimitSeconds,
      },
    ],
  };
}
