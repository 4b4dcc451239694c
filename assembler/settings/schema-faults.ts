import type { z } from "zod";
import { allowedValues, oneOf } from "./allowed-values";
import type { Fault } from "./fault";
import { type DocumentPath, valueAt } from "./map-strings";
import { nearestKey } from "./nearest-key";
import { keySchema, knownKeys, schemaAt } from "./schema-shape";
import { isSecretKey } from "./secret-keys";
import { describe, describeSecret, quoted } from "./shown-value";

type Path = readonly PropertyKey[];

/** What naming a fault needs to know of the file it is in. */
export interface FaultPlace {
  readonly file: string;
  /** The document as it was checked. */
  readonly document: unknown;
  lineAt(path: DocumentPath): number | undefined;
  /** Who a path belongs to; `depth` is how many of its parts that says already. */
  ownerAt(path: DocumentPath): { name: string; depth: number } | undefined;
}

/** A fault at a path: file, line, owner and the rest of the path as the field. */
export function faultAt(place: FaultPlace, path: Path, what: Pick<Fault, "got" | "allowed" | "fix">): Fault {
  const keys = path.map((key) => (typeof key === "number" ? key : String(key)));
  const owner = place.ownerAt(keys);
  return {
    file: place.file,
    line: place.lineAt(keys),
    owner: owner?.name,
    field: dotted(keys.slice(owner?.depth ?? 0)),
    ...what,
  };
}

/** Turns one complaint of the schema into faults: one per unknown key, one for anything else. */
export function faultsOfIssue(place: FaultPlace, schema: z.ZodType, issue: z.core.$ZodIssue): Fault[] {
  if (issue.code === "unrecognized_keys") {
    const judge = schemaAt(schema, issue.path);
    const known = knownKeys(judge);
    return issue.keys.map((key) => {
      const near = nearestKey(key, known) ?? known.map((table) => keyWithin(judge, table, key)).find(Boolean);
      const fix = near ? `did you mean ${near}?` : undefined;
      return faultAt(place, [...issue.path, key], {
        got: "an unknown key",
        allowed: known.join(", ") || "no keys here",
        fix,
      });
    });
  }
  const value = valueAt(place.document, issue.path);
  const got = isSecretPath(issue.path) ? describeSecret(value) : describe(value);
  if (issue.code === "custom") {
    const given = issue.params?.got;
    const fix = issue.params?.fix;
    return [
      faultAt(place, issue.path, {
        got: typeof given === "string" ? given : got,
        allowed: issue.message,
        fix: typeof fix === "string" ? fix : undefined,
      }),
    ];
  }
  if (issue.code === "invalid_key") {
    const allowed = allowedValues(keySchema(schemaAt(schema, issue.path.slice(0, -1))));
    return [
      faultAt(place, issue.path, { got: `the key ${quoted(String(issue.path.at(-1)))}`, allowed, fix: undefined }),
    ];
  }
  if (issue.code === "invalid_value") {
    const near = typeof value === "string" ? nearestKey(value, issue.values.map(String)) : undefined;
    return [faultAt(place, issue.path, { got, allowed: oneOf(issue.values), fix: near && `did you mean "${near}"?` })];
  }
  // A union says only "no match"; if one alternative fails further inside, that is the one the user meant.
  const deeper =
    issue.code === "invalid_union"
      ? issue.errors.find((alternative) => alternative.every((inner) => inner.path.length > 0))
      : undefined;
  if (deeper?.length) {
    return deeper.flatMap((inner) => faultsOfIssue(place, schema, { ...inner, path: [...issue.path, ...inner.path] }));
  }
  return [faultAt(place, issue.path, { got, allowed: allowedValues(schemaAt(schema, issue.path)) })];
}

/** `table.key` if that table has such a key: the user has put it one level too high. */
function keyWithin(schema: z.core.$ZodType | undefined, table: string, key: string): string | undefined {
  const inside = schema && knownKeys(schemaAt(schema, [table]));
  return inside?.includes(key) ? `${table}.${key}` : undefined;
}

/** `agents[0].agent_info.ssh_port`, keys quoted where TOML would need it. */
function dotted(path: DocumentPath): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === "number") return `${text}[${key}]`;
    const name = /^[\w-]{1,64}$/.test(key) ? key : quoted(key);
    return text ? `${text}.${name}` : name;
  }, "");
}

/** Whether what stands at a path must never be shown. */
export function isSecretPath(path: Path): boolean {
  return path.some((key) => typeof key === "string" && isSecretKey(key));
}
