import { FaultsError, inspectToml } from "../../assembler/settings/checked-toml";
import type { Fault } from "../../assembler/settings/fault";
import type { Environment } from "../../assembler/settings/interpolate";
import { type DocumentPath, valueAt } from "../../assembler/settings/map-strings";
import { type FaultPlace, faultAt } from "../../assembler/settings/schema-faults";
import { quoted } from "../../assembler/settings/shown-value";
import type { AgentSpec, Fleet } from "./fleet";
import { addressClashes, type Clash, nameClashes } from "./fleet-clashes";
import { fleetParts, fleetSchema } from "./fleet-schema";
import { fleetWarnings } from "./fleet-warnings";
import { freezeDeeply } from "./freeze-deeply";
import { type KnownHostsFile, knownHostsWarnings } from "./host-keys";
import { resolveAgent } from "./resolve-agent";
import type { LoginFault, LoginSources } from "./resolve-login";
import { resolveAssembler, resolveElastic, resolveServer } from "./resolve-server";
import { type SecretFindings, type StackSecrets, secretReferences } from "./secret-references";

/** Everything outside the file that its meaning depends on. */
export interface FleetSources extends LoginSources {
  readonly environment: Environment;
  readonly secrets: StackSecrets;
}

/** A fleet and every secret value in it, for whoever has to keep them out of texts. */
export interface FleetReading {
  readonly fleet: Fleet;
  readonly secretValues: ReadonlySet<string>;
}

/**
 * Reads the text of a fleet file into a checked, frozen {@link Fleet}.
 * Throws {@link FaultsError} with all faults of the file; their messages name file, line, agent and field and hold no secret.
 */
export function readFleet(file: string, text: string, sources: FleetSources): FleetReading {
  const findings: SecretFindings = { values: new Set(), plain: [], unencrypted: new Set() };
  const { value, document, faults, place } = inspectToml(file, text, fleetSchema, {
    environment: sources.environment,
    substitute: secretReferences(sources.secrets, findings),
    ownerAt: ownerOf,
  });
  // What is right on its own is judged further even if something else is wrong, so that all faults come at once.
  const parts = fleetParts(document);
  const addLoginFaults = (path: DocumentPath, found: readonly LoginFault[]) => {
    for (const { field, ...what } of found)
      faults.push(faultAt(place, [...path, ...field.split(".")], { fix: undefined, ...what }));
  };
  const elastic = resolveElastic(parts.elastic, parts.server);
  addLoginFaults(["elastic"], elastic.faults);
  const server = resolveServer(parts.server, sources);
  addLoginFaults(["server"], server.faults);
  const agents = parts.agents.map((entry, index): AgentSpec | undefined => {
    if (!entry) return undefined;
    const resolved = resolveAgent(entry, parts.defaults, elastic.spec, sources);
    addLoginFaults(["agents", index, "agent_info"], resolved.faults);
    return resolved.agent;
  });
  for (const clash of [...nameClashes(agentNames(document)), ...addressClashes(agents)])
    faults.push(clashFault(place, clash));
  const assembler = parts.assembler && resolveAssembler(parts.assembler, elastic.spec);
  const {
    spec: { address, host },
  } = server;
  const neighbour = agents.find(
    (agent) => agent?.host.target.host === address && agent.config.api.port === assembler?.http.port,
  );
  if (host && neighbour) {
    const got = `port ${neighbour.config.api.port} on ${address}, which agent "${neighbour.name}" has`;
    faults.push(
      faultAt(place, ["assembler", "http", "port"], {
        got,
        allowed: "a port of its own: set port in [assembler.http] or [agents.api]",
        fix: undefined,
      }),
    );
  }
  faults.push(...knownHostsFaults(sources.knownHosts));
  if (value === undefined || assembler === undefined || faults.length > 0) throw new FaultsError(faults);

  const complete = agents.filter((agent) => agent !== undefined);
  const fleet: Fleet = {
    elastic: elastic.spec,
    server: server.spec,
    agents: complete.sort((a, b) => (a.name < b.name ? -1 : 1)),
    assembler,
    warnings: [
      ...fleetWarnings(parts, server.spec, complete, findings, place),
      ...(sources.knownHosts ? knownHostsWarnings(sources.knownHosts) : []),
    ],
  };
  return { fleet: freezeDeeply(fleet), secretValues: findings.values };
}

function knownHostsFaults(file: KnownHostsFile | undefined): Fault[] {
  const allowed = "[@revoked] NAME[,NAME…] TYPE KEY, as ssh-keyscan prints it";
  return (file?.hosts.faults ?? []).map(({ line, words }) => ({
    file: file?.path ?? "",
    line,
    field: "",
    got: words,
    allowed,
  }));
}

function ownerOf(document: unknown, path: DocumentPath): { name: string; depth: number } | undefined {
  const [list, index] = path;
  if (list !== "agents" || typeof index !== "number") return undefined;
  const name = valueAt(document, ["agents", index, "agent_info", "agent_name"]);
  return { name: typeof name === "string" ? `agent ${quoted(name)}` : `agent number ${index + 1}`, depth: 2 };
}

function agentNames(document: unknown): unknown[] {
  const agents = valueAt(document, ["agents"]);
  return Array.isArray(agents) ? agents.map((agent) => valueAt(agent, ["agent_info", "agent_name"])) : [];
}

function clashFault(place: FaultPlace, { index, firstIndex, path, got, allowed }: Clash) {
  const line = place.lineAt(["agents", firstIndex, ...path]);
  return faultAt(place, ["agents", index, ...path], { got: `${got} (line ${line})`, allowed, fix: undefined });
}
