import { parse, TomlError } from "smol-toml";
import type { z } from "zod";
import { type Fault, FaultsError } from "./fault";
import { type Environment, interpolate } from "./interpolate";
import { type DocumentPath, mapStrings, valueAt } from "./map-strings";
import { type FaultPlace, faultAt, faultsOfIssue, isSecretPath } from "./schema-faults";
import { describe } from "./shown-value";
import { syntaxFault } from "./syntax-fault";
import { lineFinder } from "./toml-lines";

export { type Fault, FaultsError } from "./fault";
export { lineOf } from "./toml-lines";

export interface CheckedTomlOptions {
  /** What `${VAR}` in strings refers to; none by default, so that every bare reference is a fault. */
  readonly environment?: Environment;
  /**
   * Replaces strings that stand for others (`secret:NAME`), after `${VAR}` is resolved; `written` is the text in the file. A replacement is
   * checked like any value but never shown in a fault.
   */
  readonly substitute?: (text: string, path: DocumentPath, written: string) => Substitution;
  /** Names the entry a path belongs to (`agent "web-1"`) and how many parts of the path that name stands for. */
  readonly ownerAt?: (document: unknown, path: DocumentPath) => { name: string; depth: number } | undefined;
}

/** What to put in place of a string, or why that cannot be done. */
export type Substitution = { readonly value: string } | { readonly fault: Pick<Fault, "got" | "allowed" | "fix"> };

/** Everything a later check needs to report faults in the same way as the schema's. */
export interface TomlReading<T> {
  /** The checked value; undefined if the schema found faults. */
  readonly value: T | undefined;
  /** The document with all references replaced, whether or not the schema is content with it; holds secrets. */
  readonly document: unknown;
  readonly faults: Fault[];
  readonly place: FaultPlace;
}

/** Reads TOML text and checks it, returning faults as data so that callers can add their own. Throws {@link FaultsError} only for invalid TOML. */
export function inspectToml<T>(
  file: string,
  text: string,
  schema: z.ZodType<T>,
  options: CheckedTomlOptions = {},
): TomlReading<T> {
  const written = parseToml(file, text);
  const { document, unresolved } = interpolate(written, options.environment ?? {});
  const lineAt = lineFinder(text);
  const place: FaultPlace = {
    file,
    document,
    // What stands nowhere is missing from the file as a whole.
    lineAt: (path) => lineAt(path) ?? 1,
    ownerAt: (path) => options.ownerAt?.(document, path),
  };
  const faults = unresolved.map(({ path, reference, reason }) =>
    reason === "unset"
      ? faultAt(place, path, {
          got: `${reference}, which is not set`,
          allowed: "a variable of the environment that is set",
          fix: `set it, or give a default: ${reference.slice(0, -1)}:-default}`,
        })
      : faultAt(place, path, {
          got: isSecretPath(path) ? "a malformed reference" : `${describe(reference)}, a malformed reference`,
          allowed: `\${VAR} or \${VAR:-default}`,
          fix: `write $\${ for a literal \${`,
        }),
  );
  // What could not be replaced is one fault, not a second one for not having the right form.
  const unfit = new Set(unresolved.map(({ path }) => JSON.stringify(path)));
  const { substitute } = options;
  const substituted = !substitute
    ? document
    : mapStrings(document, (value, path) => {
        const found = substitute(value, path, String(valueAt(written, path)));
        if ("value" in found) return found.value;
        faults.push(faultAt(place, path, found.fault));
        unfit.add(JSON.stringify(path));
        return value;
      });
  const result = schema.safeParse(substituted);
  for (const issue of result.error?.issues ?? []) {
    if (!unfit.has(JSON.stringify(issue.path))) faults.push(...faultsOfIssue(place, schema, issue));
  }
  return { value: result.data, document: substituted, faults, place };
}

/**
 * Reads TOML text into a checked value. Throws {@link FaultsError} with ALL faults (syntax, unresolved `${VAR}`, unknown keys with the nearest
 * known one, wrong values), each with its line; secrets are never part of the message.
 */
export function readCheckedToml<T>(
  file: string,
  text: string,
  schema: z.ZodType<T>,
  options: CheckedTomlOptions = {},
): T {
  const { value, faults } = inspectToml(file, text, schema, options);
  if (faults.length > 0 || value === undefined) throw new FaultsError(faults);
  return value;
}

function parseToml(file: string, text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw error instanceof TomlError ? syntaxFault(file, text, error) : error;
  }
}
