import type { DocumentPath } from "../../assembler/settings/map-strings";
import { valueAt } from "../../assembler/settings/map-strings";
import type { FaultPlace } from "../../assembler/settings/schema-faults";
import { spanIndexPrefix } from "./agent-config";
import type { AgentSpec, ServerSpec } from "./fleet";
import type { FleetParts } from "./fleet-schema";
import { keysWithoutEffect } from "./no-effect";
import type { SecretFindings } from "./secret-references";

/** What works but should be changed: secrets in clear, keys without effect, agents that trace nothing. One sentence each; no secret in any. */
export function fleetWarnings(
  parts: FleetParts,
  server: ServerSpec,
  agents: readonly AgentSpec[],
  findings: SecretFindings,
  place: FaultPlace,
): string[] {
  const at = (path: DocumentPath) => {
    const owner = place.ownerAt(path);
    const field = path.slice(owner?.depth ?? 0).join(".");
    return `${place.file}:${place.lineAt(path) ?? "?"}: ${owner ? `${owner.name}: ` : ""}${field}`;
  };
  const plain = findings.plain.map((path) => {
    const name = secretName(place.document, path);
    return `${at(path)} stands in the file as plain text: run "pulumi config set --secret ${name}" and write ${path.at(-1)} = "secret:${name}"`;
  });
  const unencrypted = [...findings.unencrypted].map(
    (name) => `${name} stands in the stack's config as plain text: run "pulumi config set --secret ${name}"`,
  );
  const idle = keysWithoutEffect(parts).map(({ path, reason }) => `${at(path)} has no effect: ${reason}`);
  const noServer = server.host
    ? []
    : [
        `${at(["server"])} has no login, so the assembler is not rolled out: set user_name and host_password, ssh_key or ssh_key_path to have it there`,
      ];
  const indexOf = (name: string) => parts.agents.findIndex((agent) => agent?.agent_info.agent_name === name);
  const aimless = agents
    .filter(
      ({ config }) =>
        config.ebpf.pids.length === 0 && !hasEntries(config.ebpf.services) && !config.trace && !config.ebpf.trace,
    )
    .map(
      ({ name }) =>
        `${at(["agents", indexOf(name), "ebpf"])} names neither pids nor services: this agent traces nothing`,
    );
  const unread = agents
    .filter(({ config }) => !config.sender.elastic.index_name.startsWith(spanIndexPrefix))
    .map(({ name, config }) => {
      const index = config.sender.elastic.index_name;
      return `${at(["agents", indexOf(name), "sender", "index_name"])}: the assembler reads ${spanIndexPrefix}* and will not read ${index}`;
    });
  return [...plain, ...unencrypted, ...idle, ...noServer, ...aimless, ...unread];
}

function hasEntries(table: object | undefined): boolean {
  return table !== undefined && Object.keys(table).length > 0;
}

/** A name for a secret of its own: `elasticPassword`, `serverHostPassword`, `data1HostPassword`. */
function secretName(document: unknown, path: DocumentPath): string {
  const key = String(path.at(-1));
  const owner =
    path[0] === "agents" ? valueAt(document, ["agents", path[1] ?? 0, "agent_info", "agent_name"]) : path[0];
  const ownKey = path[0] === "elastic" ? key.replace(/^elastic_/, "") : key;
  const words = `${typeof owner === "string" ? owner : "agent"} ${ownKey}`.split(/[^A-Za-z0-9]+/);
  return words.map((word, index) => (index === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1))).join("");
}
