/**
 * Handlers work on opened values, so what was secret is remembered by its place: whatever a handler returns at a place
 * that was secret on the way in, or that the resource declares secret, leaves marked as secret again.
 */
import { formatPath, type PropertyPath } from "./property-path";

export type SecretPaths = readonly PropertyPath[];

/** The paths of all lists, each once. */
export function joinSecrets(...lists: SecretPaths[]): SecretPaths {
  const byText = new Map(lists.flat().map((path) => [formatPath(path), path]));
  return [...byText.values()];
}

/** True if a value at exactly this path is to be marked (what lies below a marked value is covered by it). */
export function isSecretAt(path: PropertyPath, secrets: SecretPaths): boolean {
  return secrets.some(
    (secret) => secret.length === path.length && secret.every((element, position) => element === path[position]),
  );
}
