/**
 * Values as a handler sees them: JSON plus what the engine adds to it. Secrets are already opened; `value-secrecy.ts`
 * keeps where they were.
 */

/** A value that only the deployment will know; the engine sends it in previews. */
export class Unknown {
  /** The sentinel it came as, which tells the engine the type of the value. */
  constructor(readonly sentinel: string = unknownSentinels.string) {}
}

/** Text, a file or an address whose content the engine has hashed. Content is absent where the engine leaves it out. */
export class Asset {
  constructor(readonly fields: { hash?: string; text?: string; path?: string; uri?: string }) {}
}

/** A directory, an archive file or address, or a map of assets and archives by relative path. */
export class Archive {
  constructor(
    readonly fields: { hash?: string; path?: string; uri?: string; assets?: Record<string, Asset | Archive> },
  ) {}
}

/** A reference to another resource, passed through untouched. */
export class ResourceReference {
  constructor(readonly fields: Record<string, PropertyValue>) {}
}

export type PropertyValue =
  | null
  | boolean
  | number
  | string
  | PropertyValue[]
  | { [key: string]: PropertyValue }
  | Unknown
  | Asset
  | Archive
  | ResourceReference;

export type Properties = { [key: string]: PropertyValue };

/** The strings by which the engine's protocol names an unknown value of each type. */
export const unknownSentinels = {
  boolean: "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  number: "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  string: "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  array: "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  asset: "030794c1-ac77-496b-92df-f27374a8bd58",
  archive: "e48ece36-62e2-4504-bad9-02848725956a",
  object: "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
} as const;

/** True for objects that are plain maps of properties, not one of the engine's special values. */
export function isPropertyMap(value: PropertyValue | undefined): value is Properties {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Unknown) &&
    !(value instanceof Asset) &&
    !(value instanceof Archive) &&
    !(value instanceof ResourceReference)
  );
}

/** True if the value is unknown or holds an unknown value anywhere inside. */
export function holdsUnknown(value: PropertyValue | undefined): boolean {
  if (value instanceof Unknown) return true;
  if (Array.isArray(value)) return value.some(holdsUnknown);
  return isPropertyMap(value) && Object.values(value).some(holdsUnknown);
}
