import type { PropertyPath } from "./property-path";
import type { Properties } from "./property-value";
import type { Difference } from "./value-difference";

/** Lines for the person at the terminal, shown beside the resource the call is for. */
export interface ResourceLog {
  /** Stays on the screen after the deployment. */
  info(line: string): void;
  warning(line: string): void;
  /** Shown while the step runs, then gone. */
  status(line: string): void;
}

/** What every call on a resource comes with. */
export interface ResourceCall {
  urn: string;
  /** Type token, e.g. `deeptrace:fleet:Ledger`. */
  type: string;
  /** The resource's name in the program. */
  name: string;
  log: ResourceLog;
  /** Fires when the engine asks all work to end. */
  cancelled: AbortSignal;
}

export interface CheckFailure {
  /** Property at fault; empty for the resource as a whole. */
  property: string;
  reason: string;
}

/** What a step would do; an empty `changes` means nothing. */
export interface PlannedChange {
  changes: Difference[];
  /** Those of the changes that need a new resource in place of the old one. */
  replaces?: PropertyPath[];
  deleteBeforeReplace?: boolean;
}

/**
 * One resource type, on plain values. `state` is what a create or update returned last (as the engine's outputs),
 * `inputs` what the program asks for. In a preview values may be unknown and nothing outside may be touched.
 * An error's message is shown to the user as it is.
 */
export interface ResourceHandler {
  /** Places that are secret whether or not the program says so. */
  readonly secrets: readonly PropertyPath[];
  /** Returns the inputs as the engine should record them, and what is wrong with them. */
  check(inputs: Properties, call: ResourceCall): { inputs: Properties; failures: CheckFailure[] };
  diff(old: { state: Properties; inputs: Properties }, inputs: Properties): PlannedChange;
  create(inputs: Properties, preview: boolean, call: ResourceCall): Promise<{ id: string; state: Properties }>;
  /** Returns undefined if the resource is gone. */
  read(
    old: { id: string; state: Properties; inputs: Properties },
    call: ResourceCall,
  ): Promise<{ state: Properties; inputs: Properties } | undefined>;
  update(
    old: { id: string; state: Properties; inputs: Properties },
    inputs: Properties,
    preview: boolean,
    call: ResourceCall,
  ): Promise<{ state: Properties }>;
  delete(old: { id: string; state: Properties; inputs: Properties }, call: ResourceCall): Promise<void>;
}

/** A provider: its schema and its resource types by token. */
export interface ProviderDefinition {
  name: string;
  version: string;
  /** Package schema as Pulumi's tools read it. */
  schema: () => object;
  resources: ReadonlyMap<string, ResourceHandler>;
  /** Said once, as a warning, at the first resource the provider serves. */
  notice?: string;
}
