import type { PropertyPath } from "./property-path";
import { Archive, Asset, isPropertyMap, type PropertyValue, ResourceReference, Unknown } from "./property-value";

/** One place at which two values differ. */
export interface Difference {
  path: PropertyPath;
  kind: "add" | "update" | "delete";
  /** True if only the inputs have that place, so that a preview must look for the old value there. */
  ofInputs?: boolean;
}

/**
 * Every innermost place at which `after` differs from `before`. Key order is no difference, an absent key equals a null,
 * lists are compared position by position, an unknown value differs from everything.
 */
export function differences(
  before: PropertyValue | undefined,
  after: PropertyValue | undefined,
  path: PropertyPath = [],
): Difference[] {
  if (isPropertyMap(before) && isPropertyMap(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
    return keys.flatMap((key) => differences(before[key], after[key], [...path, key]));
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    const positions = Array.from({ length: Math.max(before.length, after.length) }, (_, position) => position);
    return positions.flatMap((position) => differences(before[position], after[position], [...path, position]));
  }
  if (sameValue(before, after)) return [];
  if (before === undefined || before === null) return [{ path, kind: "add" }];
  if (after === undefined || after === null) return [{ path, kind: "delete" }];
  return [{ path, kind: "update" }];
}

/** True if the two values mean the same to the engine. */
export function sameValue(left: PropertyValue | undefined, right: PropertyValue | undefined): boolean {
  if (left === undefined || left === null || right === undefined || right === null) {
    return (left ?? null) === (right ?? null);
  }
  if (left instanceof Unknown || right instanceof Unknown) return false;
  if (left instanceof Asset || left instanceof Archive) {
    // Old contents arrive elided, so the engine's hash is what there is to compare.
    return left.constructor === right.constructor && left.fields.hash === (right as Asset | Archive).fields.hash;
  }
  if (left instanceof ResourceReference && right instanceof ResourceReference) {
    return sameValue(left.fields, right.fields);
  }
  if (Array.isArray(left) || isPropertyMap(left)) {
    if (Array.isArray(left) !== Array.isArray(right) || !(Array.isArray(right) || isPropertyMap(right))) return false;
    if (Array.isArray(left) && Array.isArray(right) && left.length !== right.length) return false;
    return differences(left, right).length === 0;
  }
  return left === right;
}
