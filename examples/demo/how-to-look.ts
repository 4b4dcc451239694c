import { writeFileSync } from "node:fs";
import type { Deployment } from "./deploy";

/** Tells how to look at the running demo and how to stop it; writes the environment for the Pulumi CLI to `envFile`. */
export function howToLook({ pulumi, elasticsearch, agents, assemblerConfig }: Deployment, envFile: string): string {
  const variables = Object.entries(pulumi.environment).filter(
    ([name]) => name === "PATH" || name.startsWith("PULUMI_"),
  );
  const exports = variables.map(([name, value]) => `export ${name}='${value.replaceAll("'", "'\\''")}'\n`);
  writeFileSync(envFile, exports.join(""), { mode: 0o600 });
  return [
    "It stays up. In another terminal, in this folder:",
    `  npx deeptrace-assembler traces --config ${assemblerConfig}`,
    `  npx deeptrace-assembler verify --config ${assemblerConfig}`,
    `  curl '${elasticsearch.nodeUrl}/traces/_search?size=1&pretty'`,
    `  curl '${elasticsearch.nodeUrl}/agent_list/_search?pretty'`,
    ...agents.map(({ apiUrl }) => `  curl ${apiUrl}/api/status`),
    `  . ${envFile} && pulumi preview --refresh --diff --config-file ${pulumi.stackFile}`,
    "Ctrl-C stops and removes everything.",
  ].join("\n");
}
