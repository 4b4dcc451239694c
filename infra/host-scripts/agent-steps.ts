import { createHash } from "node:crypto";
import { configText, shortDigest, withoutSecrets } from "../fleet/agent-config";
import type { AgentSpec } from "../fleet/fleet";
import { agentConfigInput } from "./config-script";
import { wellFacets } from "./facet-words";
import { agentLayout } from "./host-layout";
import { agentProgram } from "./managed-program";
import { facetSteps, type ProgramSteps, specOf } from "./program-steps";

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
    spec: specOf(program, config.api, commit),
    desired: wellFacets({ kind: "agent", serviceManager, version: commit, publicDigest }),
    configText: text,
    settings,
    publicDigest,
    steps: facetSteps(program, {
      source: { values: { commit }, input: source.repo },
      install: { values: { version: commit } },
      config: { values: { public_digest: publicDigest }, input: agentConfigInput(config, text) },
      service: { values: { version: commit }, input: configDigest(text) },
    }),
  };
}

/** What the service step takes on stdin: SHA-256 of the whole file, so a secret too. */
export function configDigest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
