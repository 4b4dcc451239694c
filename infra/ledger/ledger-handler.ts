import type { PropertyPath } from "../provider-server/property-path";
import { isPropertyMap, type Properties } from "../provider-server/property-value";
import type { ResourceHandler } from "../provider-server/resource-handler";
import { absenceIn } from "./absent-host";
import { clearHost, sentence } from "./clear-host";
import { observedFault } from "./connection-faults";
import { enterAndPin } from "./first-contact";
import { lookAtHost } from "./host-visit";
import type { LedgerInputs, UnreachablePolicy } from "./ledger-contract";
import {
  driftedFacets,
  expectedPins,
  facetsOf,
  firstState,
  hasUnseenFacets,
  isMove,
  needsContact,
  nextState,
  type Pins,
  planChange,
  previewedPins,
  recordedInputs,
} from "./ledger-decisions";
import { inputFaults } from "./ledger-inputs";
import type { PinnedKeys } from "./ledger-login";
import { observeAll } from "./probe-facts";
import { policyInForce } from "./unreachable-policy";

const loginSecrets = ["password", "privateKey", "privateKeyPassword"];
const secrets: PropertyPath[] = [
  ["configText"],
  ...loginSecrets.map((key) => ["target", key]),
  ...loginSecrets.map((key) => ["target", "proxy", key]),
];

/** What the program that is running asks for: a ledger that it no longer has is torn down by its present word, not by the recorded one. */
let policyOfProgram: UnreachablePolicy | undefined;

/** The ledger as a resource: `ledger-decisions.ts` decides, `host-visit.ts` goes there. */
export const ledgerHandler: ResourceHandler = {
  secrets,

  check(inputs) {
    const failures = inputFaults(inputs).map((reason) => ({ property: "", reason }));
    if (failures.length === 0) policyOfProgram = asLedger(inputs).onUnreachable;
    return { inputs: recordedInputs(inputs), failures };
  },

  diff: planChange,

  async create(inputs, preview, call) {
    const expected = expectedPins(inputs);
    if (preview) return { id: "", state: firstState(inputs, previewedPins(inputs, expected)) };
    const ledger = asLedger(inputs);
    return { id: ledger.agent, state: firstState(inputs, await enterAndPin(ledger, pinnedIn(expected), call)) };
  },

  async read(old, call) {
    if (!isPropertyMap(old.inputs.target)) throw new Error("a ledger cannot be imported: a rollout makes it");
    const observed = await lookAtHost(asLedger(old.inputs), pinnedIn(old.state), call.cancelled);
    return { state: { ...old.state, observed }, inputs: old.inputs };
  },

  async update(old, inputs, preview, call) {
    const expected = expectedPins(inputs, old);
    const moves = isMove(old.inputs, inputs);
    const drifted = moves ? facetsOf(inputs) : driftedFacets(old);
    if (preview) return { state: nextState(old.state, inputs, previewedPins(inputs, expected), drifted) };
    const { hostKey } = expected;
    if (hostKey !== undefined && !needsContact(old, inputs)) {
      return { state: nextState(old.state, inputs, { ...expected, hostKey }, []) };
    }
    const ledger = asLedger(inputs);
    let pins: Pins;
    try {
      pins = await enterAndPin(ledger, pinnedIn(expected), call);
    } catch (error) {
      const absent = call.cancelled.aborted || moves ? undefined : absenceIn(error);
      if (absent?.absence !== "silence" || hostKey === undefined || policyFor(ledger) === "fail") throw error;
      const message = sentence((error as Error).message);
      call.log.warning(`${message} Nothing was changed there, as onUnreachable is skip`);
      const observed = observeAll(ledger.desired, observedFault(absent.cause));
      return { state: { ...nextState(old.state, inputs, { ...expected, hostKey }, []), observed } };
    }
    if (moves) {
      // The new place lets us in, so the old one is given up before anything is at the new one. Not as a replacement: if
      // the deletion in one fails, an engine that goes on after errors waits for its creation for ever.
      await clearHost(asLedger(old.inputs), pinnedIn(old.state), policyFor(ledger), call);
      // Two addresses may be one machine, and the file of the steps then went with the rest.
      await enterAndPin(ledger, pinnedIn(pins), call);
      return { state: nextState(old.state, inputs, pins, drifted) };
    }
    if (!hasUnseenFacets(old.state)) return { state: nextState(old.state, inputs, pins, drifted) };
    // The last refresh saw nothing of this host: now that it lets us in, only what really drifted is healed.
    const before = { ...asLedger(old.inputs), target: ledger.target };
    const observed = await lookAtHost(before, pinnedIn(pins), call.cancelled);
    return { state: nextState(old.state, inputs, pins, driftedFacets({ state: { observed }, inputs: old.inputs })) };
  },

  /** The steps leave their deletion to their ledger: one visit undoes all of them. */
  async delete(old, call) {
    const ledger = asLedger(old.inputs);
    await clearHost(ledger, pinnedIn(old.state), policyFor(ledger), call);
  },
};

function policyFor(ledger: LedgerInputs): UnreachablePolicy {
  return policyInForce(process.env, policyOfProgram, ledger.onUnreachable);
}

/** `check` has established the shape, and outside of previews nothing is unknown. */
function asLedger(properties: Properties): LedgerInputs {
  return properties as unknown as LedgerInputs;
}

function pinnedIn({ hostKey, proxyHostKey }: Partial<Record<keyof Pins, unknown>>): PinnedKeys {
  return {
    ...(typeof hostKey === "string" && { hostKey }),
    ...(typeof proxyHostKey === "string" && { proxyHostKey }),
  };
}
