/** What a registration's record means for a deployment; pure. */

import { formatPath } from "../provider-server/property-path";
import { isPropertyMap, type Properties, type PropertyValue, Unknown } from "../provider-server/property-value";
import type { PlannedChange } from "../provider-server/resource-handler";
import { type Difference, differences, sameValue } from "../provider-server/value-difference";
import { registeredWords } from "./registration-contract";

/** More differences than this are counted, not named. */
const namedDifferences = 3;
const shownLength = 60;

/** The inputs as recorded: with what is to be observed, so that a preview shows what a drifted entry goes back to. */
export function recordedInputs(inputs: Properties): Properties {
  return { ...inputs, observed: registeredWords };
}

/** Names every changed input and a drifted entry. Another gate is no change: it is for the next revision to pass. */
export function planChange(old: { state: Properties; inputs: Properties }, inputs: Properties): PlannedChange {
  const { gate: _oldGate, observed: _before, ...before } = old.inputs;
  const { gate: _newGate, observed: _after, ...after } = inputs;
  const drift: Difference[] = hasDrifted(old.state) ? [{ path: ["observed"], kind: "update" }] : [];
  return {
    changes: [...differences(before, after), ...drift],
    replaces: sameValue(before.agent, after.agent) ? [] : [["agent"]],
    deleteBeforeReplace: true,
  };
}

/** True if an agent has to pass its gate before this state may become that of the inputs. */
export function isGateDue(old: Properties | undefined, inputs: Properties): boolean {
  return isPropertyMap(inputs.gate) && !(old !== undefined && sameValue(old.revision, inputs.revision));
}

/** True if the document has to be written: another entry, another place, or not as it was left. */
export function isWriteDue(old: Properties, inputs: Properties): boolean {
  return hasDrifted(old) || !sameValue(old.entry, inputs.entry) || !sameValue(urlOf(old), urlOf(inputs));
}

/** The record after the entry was written at that time (an ISO text, or unknown in a preview). */
export function writtenState(old: Properties | undefined, inputs: Properties, at: PropertyValue): Properties {
  return { ...inputs, registeredAt: old?.registeredAt ?? at, updatedAt: at, observed: registeredWords };
}

/** The record when nothing in Elasticsearch had to change. */
export function keptState(old: Properties, inputs: Properties): Properties {
  return {
    ...inputs,
    registeredAt: old.registeredAt ?? null,
    updatedAt: old.updatedAt ?? null,
    observed: registeredWords,
  };
}

/** The document of `agent_list` that a record stands for. */
export function documentOf(state: Properties): Properties {
  const { entry, registeredAt = null, updatedAt = null } = state;
  return { ...(isPropertyMap(entry) ? entry : {}), registered_at: registeredAt, updated_at: updatedAt };
}

/** How the document reads against the record: `registered`, `absent`, or `altered: version is "1a2b", should be "3c4d"`. */
export function observedEntry(state: Properties, found: Record<string, unknown> | undefined): string {
  if (found === undefined) return "absent";
  const wanted = documentOf(state);
  const altered = differences(wanted, found as Properties);
  if (altered.length === 0) return registeredWords;
  const clauses = altered.slice(0, namedDifferences).map(({ path, kind }) => {
    const name = formatPath(path);
    if (kind === "add") return `${name} should not be there`;
    const should = shown(valueAt(wanted, path));
    return kind === "delete"
      ? `${name} is missing, should be ${should}`
      : `${name} is ${shown(valueAt(found, path))}, should be ${should}`;
  });
  const rest = altered.length - clauses.length;
  return `altered: ${[...clauses, ...(rest > 0 ? [`${rest} more`] : [])].join("; ")}`;
}

/** One sentence for each part of the inputs that has not the agreed shape. */
export function inputFaults(inputs: Properties): string[] {
  const isText = (value: PropertyValue | undefined) => typeof value === "string" || value instanceof Unknown;
  const isTable = (value: PropertyValue | undefined) => isPropertyMap(value) || value instanceof Unknown;
  const { elastic, entry, gate } = inputs;
  return [
    ...["agent", "revision", "onUnreachable"]
      .filter((key) => !isText(inputs[key]))
      .map((key) => `${key} is not a text`),
    ...(isTable(entry) ? [] : ["entry is not a table"]),
    ...(isTable(elastic) ? [] : ["elastic is not a table"]),
    ...(isPropertyMap(elastic)
      ? ["url", "username", "password"]
          .filter((key) => !isText(elastic[key]))
          .map((key) => `elastic.${key} is not a text`)
      : []),
    ...(gate === undefined || gate === null || isTable(gate) ? [] : ["gate is not a table"]),
  ];
}

function hasDrifted(state: Properties): boolean {
  return state.observed !== registeredWords;
}

function urlOf({ elastic }: Properties): PropertyValue | undefined {
  return isPropertyMap(elastic) ? elastic.url : undefined;
}

function valueAt(value: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((at, key) => (at as Record<string | number, unknown> | undefined)?.[key], value);
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > shownLength ? `${text.slice(0, shownLength)}…` : text;
}
