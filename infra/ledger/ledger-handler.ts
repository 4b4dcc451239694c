import type { PropertyPath } from "../provider-server/property-path";
import { isPropertyMap, type Properties, type PropertyValue, Unknown } from "../provider-server/property-value";
import type { ResourceCall, ResourceHandler } from "../provider-server/resource-handler";
import { fingerprint, parseHostKey } from "../ssh/host-key";
import { placeOf } from "./connection-faults";
import { enterHost, lookAtHost } from "./host-visit";
import type { LedgerInputs } from "./ledger-contract";
import {
  driftedFacets,
  expectedHostKey,
  firstState,
  hasUnseenFacets,
  nextState,
  planChange,
  recordedInputs,
} from "./ledger-decisions";
import { inputFaults } from "./ledger-inputs";

const loginSecrets = ["password", "privateKey", "privateKeyPassword"];
const secrets: PropertyPath[] = [
  ["configText"],
  ...loginSecrets.map((key) => ["target", key]),
  ...loginSecrets.map((key) => ["target", "proxy", key]),
];

/** The ledger as a resource: `ledger-decisions.ts` decides, `host-visit.ts` goes there. */
export const ledgerHandler: ResourceHandler = {
  secrets,

  check(inputs) {
    const failures = inputFaults(inputs).map((reason) => ({ property: "", reason }));
    return { inputs: recordedInputs(inputs), failures };
  },

  diff: planChange,

  async create(inputs, preview, call) {
    const given = expectedHostKey(inputs);
    if (preview) return { id: "", state: firstState(inputs, given ?? new Unknown()) };
    const ledger = asLedger(inputs);
    const hostKey = await enter(ledger, textOf(given), call);
    return { id: ledger.agent, state: firstState(inputs, hostKey) };
  },

  async read(old, call) {
    if (!isPropertyMap(old.state.target)) throw new Error("a ledger cannot be imported: a rollout makes it");
    const ledger = asLedger(old.state);
    const observed = await lookAtHost(ledger, textOf(old.state.hostKey), call.cancelled);
    return { state: { ...old.state, observed }, inputs: old.inputs };
  },

  async update(old, inputs, preview, call) {
    const expected = expectedHostKey(inputs, old.state);
    const drifted = driftedFacets(old.state);
    if (preview) return { state: nextState(old.state, inputs, expected ?? new Unknown(), drifted) };
    const ledger = asLedger(inputs);
    const hostKey = await enter(ledger, textOf(expected), call);
    if (!hasUnseenFacets(old.state)) return { state: nextState(old.state, inputs, hostKey, drifted) };
    // The last refresh saw nothing of this host: now that it lets us in, only what really drifted is healed.
    const before = { ...asLedger(old.state), target: ledger.target };
    const observed = await lookAtHost(before, hostKey, call.cancelled);
    return { state: nextState(old.state, inputs, hostKey, driftedFacets({ ...old.state, observed })) };
  },

  /** The commands undo what they did; the ledger left nothing on the host. */
  async delete() {},
};

/** Enters the host; at a first contact says aloud which key is taken on trust. */
async function enter(ledger: LedgerInputs, expected: string | undefined, call: ResourceCall): Promise<string> {
  const shown = await enterHost(ledger, expected, call.cancelled);
  if (expected !== undefined) return expected;
  call.log.info(
    `${placeOf(ledger.agent, ledger.target)}: pinned host key ${fingerprint(parseHostKey(shown))} on first contact; ` +
      `to require it from the start set host_key = "${shown}"`,
  );
  return shown;
}

/** `check` has established the shape, and outside of previews nothing is unknown. */
function asLedger(properties: Properties): LedgerInputs {
  return properties as unknown as LedgerInputs;
}

function textOf(value: PropertyValue | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}
