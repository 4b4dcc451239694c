import { FaultsError } from "../../../assembler/settings/fault";
import type { ElasticSpec } from "../../fleet/elastic-spec";
import type { AgentSpec } from "../../fleet/fleet";
import { type FleetReading, readFleet } from "../../fleet/read-fleet";
import { readFleetInputs } from "../../fleet-sources";
import type { PinnedKeys } from "../../ledger/ledger-login";
import { readStackOptions, type StackOptions } from "../../stack-options";
import { CliFault } from "../cli-fault";
import { type ConfigValues, readConfigValues } from "./config-values";
import { findProject } from "./find-project";
import { expectedKeys, readLedgers } from "./pinned-keys";
import { askPulumi, type StackChoice } from "./pulumi-command";

/** An agent with the keys that its host and its bastion must show; what is absent was never entered before. */
export interface FleetAgent extends AgentSpec {
  readonly pinned: PinnedKeys;
}

/** A stack's fleet, as a rollout would see it now. */
export interface OpenFleet {
  readonly agents: readonly FleetAgent[];
  readonly elastic: ElasticSpec;
  readonly options: StackOptions;
  /** The fleet file, as the stack names it. */
  readonly file: string;
  /** Every secret of configuration and fleet file, to be kept out of texts. */
  readonly secretValues: ReadonlySet<string>;
}

/**
 * Finds the fleet through Pulumi: the stack's configuration names the file and holds the secrets, its state the host keys. Throws
 * {@link CliFault} with what to do if any of these is not as it should be.
 */
export async function openFleet(choice: StackChoice, cancelled: AbortSignal): Promise<OpenFleet> {
  const project = findProject(choice.cwd);
  const file = choice.configFile === undefined ? [] : ["--config-file", choice.configFile];
  const [config, state] = await Promise.all([
    askPulumi(choice, ["config", "--json", "--show-secrets", ...file], cancelled),
    askPulumi(choice, ["stack", "export"], cancelled),
  ]);
  const configured = readConfigValues(project.name, config);
  const { options, reading } = readConfigured(project.root, choice, configured);
  const ledgers = readLedgers(state);
  const encrypted = Object.entries(configured.values).filter(([name]) => configured.secrets.isSecret(name));
  return {
    agents: reading.fleet.agents.map((agent) => ({
      ...agent,
      pinned: expectedKeys(agent.host.target, ledgers.get(agent.name)),
    })),
    elastic: reading.fleet.elastic,
    options,
    file: options.fleet,
    secretValues: new Set([...reading.secretValues, ...encrypted.map(([, value]) => value)]),
  };
}

function readConfigured(
  root: string,
  choice: StackChoice,
  { values, secrets }: ConfigValues,
): { options: StackOptions; reading: FleetReading } {
  const place =
    choice.configFile ?? (choice.stack === undefined ? "the stack's config" : `Pulumi.${choice.stack}.yaml`);
  try {
    const options = readStackOptions(place, values, secrets.isSecret);
    const { fleetText, sources } = readFleetInputs(root, options, secrets);
    const reading = readFleet(options.fleet, fleetText, sources);
    return { options, reading };
  } catch (error) {
    throw error instanceof FaultsError ? new CliFault(error.message) : error;
  }
}
