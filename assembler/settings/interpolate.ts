import { type DocumentPath, mapStrings } from "./map-strings";

/** The variables a text may refer to; usually process.env. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A reference that could not be replaced: where in the document, as it was written, and why. */
export interface UnresolvedReference {
  readonly path: DocumentPath;
  readonly reference: string;
  readonly reason: "unset" | "malformed";
}

const reference = /\$\$\{|\$\{([^}]*)\}?/g;
const wellFormed = /^([A-Za-z_][A-Za-z0-9_]*)(?::-((?:(?!\$\{).)*))?$/s;

/**
 * Replaces `${VAR}` and `${VAR:-default}` in every string of a document (keys are left alone; `$${` stands for a literal `${`).
 * An unset or empty variable takes the default, as in the shell; a default holds no further reference. Returns a new document and all references that could not be replaced.
 */
export function interpolate(
  document: unknown,
  environment: Environment,
): { document: unknown; unresolved: UnresolvedReference[] } {
  const unresolved: UnresolvedReference[] = [];
  const replaced = mapStrings(document, (text, path) =>
    text.replace(reference, (whole: string, inner: string | undefined) => {
      if (inner === undefined) return `\${`;
      const [, name, fallback] = (whole.endsWith("}") ? wellFormed.exec(inner) : null) ?? [];
      const value = name === undefined ? undefined : environment[name] || fallback;
      if (value === undefined) {
        unresolved.push({ path, reference: whole, reason: name === undefined ? "malformed" : "unset" });
      }
      return value ?? whole;
    }),
  );
  return { document: replaced, unresolved };
}
