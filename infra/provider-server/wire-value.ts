/**
 * Pure conversion between the protocol's JSON (a protobuf Struct read as plain JavaScript) and property values.
 * Special values travel as objects that carry a signature under one well-known key.
 */

import type { PropertyPath } from "./property-path";
import {
  Archive,
  Asset,
  isPropertyMap,
  type Properties,
  type PropertyValue,
  ResourceReference,
  Unknown,
  unknownSentinels,
} from "./property-value";
import { isSecretAt, type SecretPaths } from "./value-secrecy";

export type WireValue = null | boolean | number | string | WireValue[] | { [key: string]: WireValue };
export type WireObject = { [key: string]: WireValue };

const signatureKey = "4dabf18193072939515e22adb298388d";
const signatures = {
  secret: "1b47061264138c4ac30d75fd1eb44270",
  asset: "c44067f5952c0a294b673a41bacd8c17",
  archive: "0def7320c3a5731c473e5ecbe6d01bc7",
  resource: "5cf8f73096256a8f31e491e813e4eb8e",
  output: "d0e6a833031e9bbcd3f4e8bde6ca49a4",
} as const;
const sentinels = new Set<string>(Object.values(unknownSentinels));

/** Opens a wire object: the plain properties, and the paths at which they were marked secret. */
export function fromWire(wire: WireObject | undefined): { properties: Properties; secrets: SecretPaths } {
  const secrets: PropertyPath[] = [];
  const entries = Object.entries(wire ?? {}).map(([key, value]) => [key, open(value, [key], secrets)]);
  return { properties: Object.fromEntries(entries), secrets };
}

function open(value: WireValue, path: PropertyPath, secrets: PropertyPath[]): PropertyValue {
  if (typeof value === "string") return sentinels.has(value) ? new Unknown(value) : value;
  if (Array.isArray(value)) return value.map((item, position) => open(item, [...path, position], secrets));
  if (value === null || typeof value !== "object") return value;
  const openField = (field: WireValue | undefined): PropertyValue => open(field ?? null, path, secrets);
  switch (value[signatureKey]) {
    case undefined:
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, open(item, [...path, key], secrets)]));
    case signatures.secret:
      secrets.push(path);
      return openField(value.value);
    case signatures.output:
      if (value.secret === true) secrets.push(path);
      return "value" in value ? openField(value.value) : new Unknown();
    case signatures.asset:
      return new Asset(withoutSignature(value));
    case signatures.archive:
      return openArchive(value);
    case signatures.resource: {
      const { [signatureKey]: _signature, ...fields } = value;
      return new ResourceReference(open(fields, path, secrets) as Properties);
    }
    default:
      throw new Error(`the engine sent a value of a kind this provider does not know (${value[signatureKey]})`);
  }
}

function withoutSignature(value: WireObject): { hash?: string; text?: string; path?: string; uri?: string } {
  const texts = Object.entries(value).filter(([key, item]) => key !== signatureKey && typeof item === "string");
  return Object.fromEntries(texts);
}

function openArchive(value: WireObject): Archive {
  const { hash, path, uri } = withoutSignature(value);
  const members = Object.entries(value.assets ?? {}).map(([name, item]) => [name, open(item, [], [])]);
  return new Archive({
    ...(hash !== undefined && { hash }),
    ...(path !== undefined && { path }),
    ...(uri !== undefined && { uri }),
    ...(value.assets && { assets: Object.fromEntries(members) }),
  });
}

/** Closes properties for the wire, marking as secret what stands at one of the given paths. */
export function toWire(properties: Properties, secrets: SecretPaths = []): WireObject {
  return closeMap(properties, [], secrets);
}

function closeMap(properties: Properties, path: PropertyPath, secrets: SecretPaths): WireObject {
  const present = Object.entries(properties).filter(([, value]) => value !== undefined);
  return Object.fromEntries(present.map(([key, value]) => [key, close(value, [...path, key], secrets)]));
}

function close(value: PropertyValue, path: PropertyPath, secrets: SecretPaths): WireValue {
  if (value !== null && isSecretAt(path, secrets)) {
    return { [signatureKey]: signatures.secret, value: close(value, path, []) };
  }
  if (Array.isArray(value)) return value.map((item, position) => close(item, [...path, position], secrets));
  if (value instanceof Unknown) return value.sentinel;
  if (value instanceof Asset) return { [signatureKey]: signatures.asset, ...(value.fields as WireObject) };
  if (value instanceof Archive) {
    const { assets, ...rest } = value.fields;
    const members = Object.entries(assets ?? {}).map(([name, item]) => [name, close(item, [], [])]);
    return {
      [signatureKey]: signatures.archive,
      ...(rest as WireObject),
      ...(assets && { assets: Object.fromEntries(members) }),
    };
  }
  if (value instanceof ResourceReference) {
    return { [signatureKey]: signatures.resource, ...closeMap(value.fields, path, secrets) };
  }
  return isPropertyMap(value) ? closeMap(value, path, secrets) : value;
}
