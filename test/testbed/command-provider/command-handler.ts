/** What both kinds of command do over their life: created, run again on any changed input, replaced by new triggers. */
import { randomBytes } from "node:crypto";
import type { PropertyPath } from "../../../infra/provider-server/property-path";
import { type Properties, type PropertyValue, Unknown } from "../../../infra/provider-server/property-value";
import type { PlannedChange, ResourceCall, ResourceHandler } from "../../../infra/provider-server/resource-handler";
import { differences, sameValue } from "../../../infra/provider-server/value-difference";

export interface Outputs {
  stdout: string;
  stderr: string;
}

export interface CommandKind {
  secrets: PropertyPath[];
  /** Fills in defaults; returns what is wrong as sentences. */
  check(inputs: Properties): { inputs: Properties; faults: string[] };
  /** Runs one command text; throws with the message for the user. */
  run(command: string, inputs: Properties, previous: Outputs | undefined, call: ResourceCall): Promise<Outputs>;
}

export function commandHandler(kind: CommandKind): ResourceHandler {
  const runIfAny = async (
    command: PropertyValue | undefined,
    inputs: Properties,
    previous: Outputs | undefined,
    call: ResourceCall,
  ): Promise<Outputs> => {
    if (typeof command !== "string") return previous ?? { stdout: "", stderr: "" };
    const passed = inputs.addPreviousOutputInEnv === false ? undefined : previous;
    return kind.run(command, inputs, passed, call);
  };

  return {
    secrets: kind.secrets,
    check(inputs) {
      const checked = kind.check(inputs);
      return { inputs: checked.inputs, failures: checked.faults.map((reason) => ({ property: "", reason })) };
    },
    diff: planByInputs,
    async create(inputs, preview, call) {
      const id = call.name + randomBytes(4).toString("hex");
      if (preview) return { id, state: { ...inputs, ...unknownOutputs() } };
      return { id, state: { ...inputs, ...(await runIfAny(inputs.create, inputs, undefined, call)) } };
    },
    async read(old) {
      return { state: old.state, inputs: old.inputs };
    },
    async update(old, inputs, preview, call) {
      if (preview) return { state: { ...inputs, ...unknownOutputs() } };
      const command = inputs.update ?? inputs.create;
      return { state: { ...inputs, ...(await runIfAny(command, inputs, outputsOf(old.state), call)) } };
    },
    async delete(old, call) {
      await runIfAny(old.state.delete, old.state, outputsOf(old.state), call);
    },
  };
}

/**
 * Any difference of the inputs is a change. Triggers that come or go ask for a new resource here; for a change inside
 * them the SDK has the engine do so (`replaceOnChanges: ["triggers[*]"]`).
 */
export function planByInputs(old: { inputs: Properties }, inputs: Properties): PlannedChange {
  const { connection: before, ...olds } = old.inputs;
  const { connection: after, ...news } = inputs;
  const changes = differences(olds, news);
  // The whole connection is one secret, and nothing is said of its parts.
  if (!sameValue(before, after)) changes.push({ path: ["connection"], kind: "update" });
  const comeOrGo = changes.some(({ path }) => path.length === 1 && path[0] === "triggers");
  return { changes, replaces: comeOrGo ? [["triggers"]] : [] };
}

function outputsOf(state: Properties): Outputs {
  return { stdout: String(state.stdout ?? ""), stderr: String(state.stderr ?? "") };
}

function unknownOutputs(): Properties {
  return { stdout: new Unknown(), stderr: new Unknown() };
}
