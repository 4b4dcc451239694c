import { ElasticError } from "../../assembler/elastic/elastic-error";
import { policyInForce } from "../ledger/unreachable-policy";
import type { PropertyPath } from "../provider-server/property-path";
import { isPropertyMap, type Properties, Unknown } from "../provider-server/property-value";
import type { ResourceCall, ResourceHandler } from "../provider-server/resource-handler";
import { readEntry, removeEntry, writeEntry } from "./agent-list";
import { waitForSpans } from "./data-gate";
import type { RegistrationInputs, RegistrationState } from "./registration-contract";
import {
  documentOf,
  inputFaults,
  isGateDue,
  isWriteDue,
  keptState,
  observedEntry,
  planChange,
  recordedInputs,
  writtenState,
} from "./registration-decisions";
import { entryFault, isAway, leftBehind, removalFault, unseenEntry } from "./registration-faults";

const secrets: PropertyPath[] = [["elastic", "password"], ["revision"]];

/** The registration as a resource: `registration-decisions.ts` decides, `agent-list.ts` and `data-gate.ts` ask Elasticsearch. */
export const registrationHandler: ResourceHandler = {
  secrets,

  check(inputs) {
    const failures = inputFaults(inputs).map((reason) => ({ property: "", reason }));
    return { inputs: recordedInputs(inputs), failures };
  },

  diff: planChange,

  async create(inputs, preview, call) {
    if (preview) return { id: "", state: writtenState(undefined, inputs, new Unknown()) };
    const { agent } = asRegistration(inputs);
    return { id: agent, state: await enter(undefined, inputs, call) };
  },

  async read(old, call) {
    if (!isPropertyMap(old.state.entry)) throw new Error("a registration cannot be imported: a rollout makes it");
    const { agent, elastic } = asRegistration(old.state);
    const observed = await readEntry(elastic, agent, call.cancelled).then(
      (found) => observedEntry(old.state, found),
      (error: unknown) => {
        if (error instanceof ElasticError) return unseenEntry(error);
        throw error;
      },
    );
    return { state: { ...old.state, observed }, inputs: old.inputs };
  },

  async update(old, inputs, preview, call) {
    const isNew = isWriteDue(old.state, inputs);
    if (preview)
      return { state: isNew ? writtenState(old.state, inputs, new Unknown()) : keptState(old.state, inputs) };
    const state = await enter(old.state, inputs, call);
    const before = asRegistration(old.state);
    if (before.elastic.url !== asRegistration(inputs).elastic.url) await forget(before, call);
    return { state };
  },

  async delete(old, call) {
    const registration = asRegistration(old.state);
    const { agent, elastic, entry, onUnreachable } = registration;
    try {
      const found = await readEntry(elastic, agent, call.cancelled);
      // Another stack that has an agent of this name has written it since: it is no longer ours.
      if (found !== undefined && found.stack === entry.stack) await removeEntry(elastic, agent, call.cancelled);
    } catch (error) {
      if (!(error instanceof ElasticError)) throw error;
      const policy = policyInForce(process.env, undefined, onUnreachable);
      if (policy === "fail" || !isAway(error)) throw new Error(removalFault(agent, elastic, error));
      call.log.warning(leftBehind(agent, elastic, error));
    }
  },
};

/** Lets the agent pass its gate, if it has one that is due, and writes its entry, if that has to change. */
async function enter(old: Properties | undefined, inputs: Properties, call: ResourceCall): Promise<Properties> {
  const { agent, elastic, gate } = asRegistration(inputs);
  try {
    if (gate && isGateDue(old, inputs)) {
      if (gate.traced !== "") await waitForSpans(agent, elastic, gate, call);
      else call.log.info(`agent "${agent}" traces nothing, so its gate has no spans to wait for`);
    }
    if (old !== undefined && !isWriteDue(old, inputs)) return keptState(old, inputs);
    const state = writtenState(old, inputs, new Date().toISOString());
    await writeEntry(elastic, agent, documentOf(state), call.cancelled);
    return state;
  } catch (error) {
    throw error instanceof ElasticError ? new Error(entryFault(agent, elastic, error)) : error;
  }
}

/** Removes the entry from an Elasticsearch that the fleet has left; that one may be gone for good. */
async function forget({ agent, elastic }: RegistrationState, call: ResourceCall): Promise<void> {
  try {
    await removeEntry(elastic, agent, call.cancelled);
  } catch (error) {
    if (!(error instanceof ElasticError)) throw error;
    call.log.warning(leftBehind(agent, elastic, error));
  }
}

/** `check` has established the shape, and outside of previews nothing is unknown. */
function asRegistration(properties: Properties): RegistrationState & RegistrationInputs {
  return properties as unknown as RegistrationState;
}
