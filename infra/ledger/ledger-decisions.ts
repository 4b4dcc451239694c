/**
 * What a ledger's record means for a deployment; pure. A facet is drifted when what was observed of it differs from what
 * was desired; accepting that raises its epoch, and the facet's command, which has the epoch in its text, runs again.
 */

import { isPropertyMap, type Properties, type PropertyValue } from "../provider-server/property-value";
import type { PlannedChange } from "../provider-server/resource-handler";
import { type Difference, differences, sameValue } from "../provider-server/value-difference";
import { isUnseen } from "./unseen-host";

/** The inputs as recorded: with what is to be observed, so that a preview shows what a drifted facet goes back to. */
export function recordedInputs(inputs: Properties): Properties {
  const desired = inputs.desired;
  return desired === undefined ? inputs : { ...inputs, observed: desired };
}

/** Facets whose observation differs from what was desired of them, in the order of the record. */
export function driftedFacets(state: Properties): string[] {
  const observed = mapAt(state, "observed");
  return Object.entries(mapAt(state, "desired"))
    .filter(([facet, words]) => !sameValue(observed[facet], words))
    .map(([facet]) => facet);
}

/** Names every changed input and every drifted facet; only another agent name asks for a new ledger. */
export function planChange(old: { state: Properties; inputs: Properties }, inputs: Properties): PlannedChange {
  const { observed: _before, ...before } = old.inputs;
  const { observed: _after, ...after } = inputs;
  const drift: Difference[] = driftedFacets(old.state).map((facet) => ({
    path: ["observed", facet],
    kind: mapAt(old.state, "observed")[facet] === undefined ? "add" : "update",
  }));
  const changes = [...differences(before, after), ...drift];
  return { changes, replaces: sameValue(before.agent, after.agent) ? [] : [["agent"]] };
}

/** The record of a host that a rollout is about to bring to what is desired, for the first time. */
export function firstState(inputs: Properties, hostKey: PropertyValue): Properties {
  const desired = mapAt(inputs, "desired");
  const epochs = Object.fromEntries(Object.keys(desired).map((facet) => [facet, 1]));
  return { ...inputs, hostKey, observed: desired, epochs };
}

/**
 * The record after the inputs are accepted and drift is on its way to be healed.
 * @param drifted facets to heal: their epochs rise by one.
 */
export function nextState(
  old: Properties,
  inputs: Properties,
  hostKey: PropertyValue,
  drifted: readonly string[],
): Properties {
  const desired = mapAt(inputs, "desired");
  const before = mapAt(old, "epochs");
  const epochs = Object.fromEntries(
    Object.keys(desired).map((facet) => {
      const epoch = before[facet];
      if (typeof epoch !== "number") return [facet, 1];
      return [facet, drifted.includes(facet) ? epoch + 1 : epoch];
    }),
  );
  return { ...inputs, hostKey, observed: desired, epochs };
}

/** True if the host could not be looked into at the last refresh, so that nothing is known of its drift. */
export function hasUnseenFacets(state: Properties): boolean {
  return Object.values(mapAt(state, "observed")).some((words) => typeof words === "string" && isUnseen(words));
}

/**
 * The key the host is held to: the given one, else the one pinned before, as long as it is the same server.
 * Undefined: the next contact pins.
 */
export function expectedHostKey(inputs: Properties, old?: Properties): PropertyValue | undefined {
  const target = mapAt(inputs, "target");
  if (target.hostKey !== undefined && target.hostKey !== null) return target.hostKey;
  if (old === undefined) return undefined;
  const before = mapAt(old, "target");
  const sameServer = sameValue(before.host, target.host) && sameValue(before.port, target.port);
  return sameServer && typeof old.hostKey === "string" && old.hostKey !== "" ? old.hostKey : undefined;
}

function mapAt(properties: Properties, key: string): Properties {
  const value = properties[key];
  return isPropertyMap(value) ? value : {};
}
