/** Where in a document a value stands. */
export type DocumentPath = readonly (string | number)[];

/** A copy of a document with every string replaced; keys, numbers, dates and the like stay as they are. */
export function mapStrings(document: unknown, replace: (text: string, path: DocumentPath) => string): unknown {
  const visit = (value: unknown, path: DocumentPath): unknown => {
    if (typeof value === "string") return replace(value, path);
    if (Array.isArray(value)) return value.map((item, index) => visit(item, [...path, index]));
    if (value !== null && typeof value === "object" && !(value instanceof Date)) {
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, visit(item, [...path, key])]));
    }
    return value;
  };
  return visit(document, []);
}

/** The value at a path, undefined where the path leads nowhere. */
export function valueAt(document: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, key) => (at !== null && typeof at === "object" ? Reflect.get(at, key) : undefined),
    document,
  );
}
