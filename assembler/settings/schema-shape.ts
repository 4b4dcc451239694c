import type { z } from "zod";

type Def = z.core.$ZodTypes["_zod"]["def"];
const defOf = (schema: z.core.$ZodType): Def => (schema as z.core.$ZodTypes)._zod.def;

/** A schema without its wrappers (optional, default, pipe and so on), and the description nearest to the outside. */
export function unwrapped(schema: z.core.$ZodType): z.core.$ZodType {
  const def = defOf(schema);
  switch (def.type) {
    case "optional":
    case "nullable":
    case "default":
    case "prefault":
    case "nonoptional":
    case "readonly":
    case "catch":
      return unwrapped(def.innerType);
    case "pipe":
      return unwrapped(defOf(def.in).type === "transform" ? def.out : def.in);
    case "lazy":
      return unwrapped(def.getter());
    default:
      return schema;
  }
}

function child(schema: z.core.$ZodType, key: PropertyKey): z.core.$ZodType | undefined {
  const def = defOf(unwrapped(schema));
  switch (def.type) {
    case "object":
      return def.shape[String(key)] ?? def.catchall;
    case "record":
      return def.valueType;
    case "array":
      return def.element;
    case "intersection":
      return child(def.left, key) ?? child(def.right, key);
    case "union":
      return def.options.map((option) => child(option, key)).find((found) => found !== undefined);
    default:
      return undefined;
  }
}

/** The schema that judges the value at a path, or undefined where the schema does not say. */
export function schemaAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): z.core.$ZodType | undefined {
  return path.reduce<z.core.$ZodType | undefined>((at, key) => (at ? child(at, key) : undefined), schema);
}

/** The schema that judges the keys of a record, or undefined for other schemas. */
export function keySchema(schema: z.core.$ZodType | undefined): z.core.$ZodType | undefined {
  const def = schema && defOf(unwrapped(schema));
  return def?.type === "record" ? def.keyType : undefined;
}

/** The keys an object schema knows, in the order they were declared; none for other schemas. */
export function knownKeys(schema: z.core.$ZodType | undefined): string[] {
  if (!schema) return [];
  const def = defOf(unwrapped(schema));
  if (def.type === "object") return Object.keys(def.shape);
  if (def.type === "intersection") return [...knownKeys(def.left), ...knownKeys(def.right)];
  return def.type === "union" ? [...new Set(def.options.flatMap((option) => knownKeys(option)))] : [];
}
