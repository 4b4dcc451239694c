import { CheckFailure, CheckResponse, DiffResponse, PropertyDiff } from "@pulumi/pulumi/proto/provider_pb";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";
import { formatPath, type PropertyPath, startsWith } from "./property-path";
import type { Properties } from "./property-value";
import type { CheckFailure as Failure, PlannedChange } from "./resource-handler";
import type { Difference } from "./value-difference";
import type { SecretPaths } from "./value-secrecy";
import { fromWire, toWire, type WireObject } from "./wire-value";

/** A message's properties, opened; an absent message reads as no properties. */
export function fromStruct(struct: Struct | undefined): { properties: Properties; secrets: SecretPaths } {
  return fromWire(struct?.toJavaScript() as WireObject | undefined);
}

/** Properties as a message, with what stands at the given paths marked secret. */
export function toStruct(properties: Properties, secrets: SecretPaths): Struct {
  return Struct.fromJavaScript(toWire(properties, secrets) as { [key: string]: JavaScriptValue });
}

/** The answer to a check. */
export function checked(result: {
  inputs: { properties: Properties; secrets: SecretPaths };
  failures?: Failure[];
}): CheckResponse {
  const reply = new CheckResponse();
  reply.setInputs(toStruct(result.inputs.properties, result.inputs.secrets));
  for (const { property, reason } of result.failures ?? []) {
    const failure = new CheckFailure();
    failure.setProperty(property);
    failure.setReason(reason);
    reply.addFailures(failure);
  }
  return reply;
}

const kinds = {
  add: [PropertyDiff.Kind.ADD, PropertyDiff.Kind.ADD_REPLACE],
  update: [PropertyDiff.Kind.UPDATE, PropertyDiff.Kind.UPDATE_REPLACE],
  delete: [PropertyDiff.Kind.DELETE, PropertyDiff.Kind.DELETE_REPLACE],
} as const;

/** The answer to a diff, naming every place that changes. */
export function diffed(plan: PlannedChange): DiffResponse {
  const reply = new DiffResponse();
  const { DIFF_NONE, DIFF_SOME } = DiffResponse.DiffChanges;
  reply.setChanges(plan.changes.length === 0 ? DIFF_NONE : DIFF_SOME);
  reply.setDiffsList([...new Set(plan.changes.map((change) => String(change.path[0])))]);
  reply.setHasdetaileddiff(true);
  const replaces = plan.replaces ?? [];
  const detailed = reply.getDetaileddiffMap();
  for (const change of plan.changes) detailed.set(formatPath(change.path), propertyDiff(change, replaces));
  reply.setReplacesList([...new Set(replaces.map((path) => String(path[0])))]);
  reply.setDeletebeforereplace(plan.deleteBeforeReplace ?? false);
  return reply;
}

function propertyDiff(change: Difference, replaces: PropertyPath[]): PropertyDiff {
  const replacing = replaces.some((path) => startsWith(change.path, path));
  const reply = new PropertyDiff();
  reply.setKind(kinds[change.kind][replacing ? 1 : 0]);
  reply.setInputdiff(change.ofInputs ?? false);
  return reply;
}
