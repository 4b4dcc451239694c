/**
 * What a ledger's record means for a deployment; pure. A facet is drifted when what was observed of it differs from what
 * was desired; accepting that raises its epoch, and the facet's command, which has the epoch in its text, runs again.
 */

import { isPropertyMap, type Properties, type PropertyValue, Unknown } from "../provider-server/property-value";
import type { PlannedChange } from "../provider-server/resource-handler";
import { type Difference, differences, sameValue } from "../provider-server/value-difference";
import { isUnseen } from "./unseen-host";

/** Of no use on the host before a later refresh or teardown. */
const onlyRecorded = new Set(["probe", "desired", "teardown", "onUnreachable", "program.version"]);

/** A ledger as it was left: the state has only what the inputs do not say. */
export type OldLedger = { state: Properties; inputs: Properties };

/** The keys that the host and its proxy are held to. */
export type Pins = { hostKey: PropertyValue; proxyHostKey?: PropertyValue };

/** The inputs as recorded: with what is to be observed, so that a preview shows what a drifted facet goes back to. */
export function recordedInputs(inputs: Properties): Properties {
  const desired = inputs.desired;
  return desired === undefined ? inputs : { ...inputs, observed: desired };
}

/** Facets whose observation differs from what was desired of them, in the order of the record. */
export function driftedFacets({ state, inputs }: OldLedger): string[] {
  const observed = mapAt(state, "observed");
  return Object.entries(mapAt(inputs, "desired"))
    .filter(([facet, words]) => !sameValue(observed[facet], words))
    .map(([facet]) => facet);
}

/** Names every changed input and every drifted facet; only another agent name asks for a new ledger. */
export function planChange(old: OldLedger, inputs: Properties): PlannedChange {
  const { observed: _before, ...before } = old.inputs;
  const { observed: _after, ...after } = inputs;
  const observed = mapAt(old.state, "observed");
  const drift: Difference[] = driftedFacets(old).map((facet) => ({
    path: ["observed", facet],
    kind: observed[facet] === undefined ? "add" : "update",
  }));
  if (observed.steps !== undefined) drift.push({ path: ["observed", "steps"], kind: "delete" });
  const changes = [...differences(before, after).map((change) => ({ ...change, ofInputs: true })), ...drift];
  return { changes, replaces: sameValue(before.agent, after.agent) ? [] : [["agent"]] };
}

/** True if the program is to be at another place than before, so that the old one has to be cleared. */
export function isMove(before: Properties, inputs: Properties): boolean {
  return before.place !== undefined && !sameValue(before.place, inputs.place);
}

/** All facets that are desired. After a move each has to be built again. */
export function facetsOf(inputs: Properties): string[] {
  return Object.keys(mapAt(inputs, "desired"));
}

/** False for changes that are only written down, so that they can be made while the host is down. */
export function needsContact(old: OldLedger, inputs: Properties): boolean {
  return planChange(old, inputs).changes.some(
    ({ path }) => !onlyRecorded.has(String(path[0])) && !onlyRecorded.has(path.join(".")),
  );
}

/** The record of a host that a rollout is about to bring to what is desired, for the first time. */
export function firstState(inputs: Properties, pins: Pins): Properties {
  const desired = mapAt(inputs, "desired");
  const epochs = Object.fromEntries(Object.keys(desired).map((facet) => [facet, 1]));
  return { ...pins, observed: desired, epochs };
}

/**
 * The record after the inputs are accepted and drift is on its way to be healed.
 * @param drifted facets to heal: their epochs rise by one.
 */
export function nextState(old: Properties, inputs: Properties, pins: Pins, drifted: readonly string[]): Properties {
  const desired = mapAt(inputs, "desired");
  const before = mapAt(old, "epochs");
  const epochs = Object.fromEntries(
    Object.keys(desired).map((facet) => {
      const epoch = before[facet];
      if (typeof epoch !== "number") return [facet, 1];
      return [facet, drifted.includes(facet) ? epoch + 1 : epoch];
    }),
  );
  return { ...pins, observed: desired, epochs };
}

/** True if the host could not be looked into at the last refresh, so that nothing is known of its drift. */
export function hasUnseenFacets(state: Properties): boolean {
  return Object.values(mapAt(state, "observed")).some((words) => typeof words === "string" && isUnseen(words));
}

/**
 * The keys to expect of the host and its proxy: the given one, else the one pinned before, as long as it is the same
 * server. Undefined: the next contact pins.
 */
export function expectedPins(inputs: Properties, old: OldLedger = { state: {}, inputs: {} }): Partial<Pins> {
  const target = mapAt(inputs, "target");
  const before = mapAt(old.inputs, "target");
  const hostKey = expectedKey(target, before, old.state.hostKey);
  const proxyHostKey = expectedKey(mapAt(target, "proxy"), mapAt(before, "proxy"), old.state.proxyHostKey);
  return { ...(hostKey !== undefined && { hostKey }), ...(proxyHostKey !== undefined && { proxyHostKey }) };
}

/** As far as a preview can know them. */
export function previewedPins(inputs: Properties, expected: Partial<Pins>): Pins {
  const hasProxy = isPropertyMap(mapAt(inputs, "target").proxy);
  return { hostKey: new Unknown(), ...(hasProxy && { proxyHostKey: new Unknown() }), ...expected };
}

function expectedKey(server: Properties, before: Properties, pinned: PropertyValue | undefined) {
  if (server.hostKey !== undefined && server.hostKey !== null) return server.hostKey;
  const sameServer =
    server.host !== undefined && sameValue(before.host, server.host) && sameValue(before.port, server.port);
  return sameServer && typeof pinned === "string" && pinned !== "" ? pinned : undefined;
}

function mapAt(properties: Properties, key: string): Properties {
  const value = properties[key];
  return isPropertyMap(value) ? value : {};
}
