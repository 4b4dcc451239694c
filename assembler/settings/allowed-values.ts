import { z } from "zod";
import { unwrapped } from "./schema-shape";

/** Words for what a schema allows: its own description (`.describe("…")`), else one made from its type and bounds. */
export function allowedValues(schema: z.core.$ZodType | undefined): string {
  if (!schema) return "nothing here";
  const description = descriptionOf(schema);
  if (description) return description;
  const inner = unwrapped(schema);
  if (inner instanceof z.ZodEnum) return oneOf(inner.options);
  if (inner instanceof z.ZodLiteral) return oneOf([...inner.values]);
  if (inner instanceof z.ZodBoolean) return "true or false";
  if (inner instanceof z.ZodNumber) return numberRange(inner);
  if (inner instanceof z.ZodString) return (inner.minLength ?? 0) > 0 ? "a text that is not empty" : "a text";
  if (inner instanceof z.ZodArray) return `a list, each item ${allowedValues(inner.element)}`;
  if (inner instanceof z.ZodObject || inner instanceof z.ZodRecord) return "a table";
  if (inner instanceof z.ZodUnion) return [...new Set(inner.options.map(allowedValues))].join(" or ");
  return "another value";
}

/** `"a", "b" or "c"` as the user would type them. */
export function oneOf(values: readonly unknown[]): string {
  const quoted = values.map((value) => JSON.stringify(value));
  const last = quoted.pop() ?? "nothing";
  return quoted.length > 0 ? `${quoted.join(", ")} or ${last}` : last;
}

function descriptionOf(schema: z.core.$ZodType): string | undefined {
  for (let at = schema; ; ) {
    const description = z.globalRegistry.get(at)?.description;
    if (description) return description;
    const def = (at as z.core.$ZodTypes)._zod.def;
    if (!("innerType" in def)) return undefined;
    at = def.innerType;
  }
}

function numberRange(schema: z.ZodNumber): string {
  const kind = schema.isInt ? "a whole number" : "a number";
  const min = bound(schema.minValue);
  const max = bound(schema.maxValue);
  if (min !== undefined && max !== undefined) return `${kind} from ${min} to ${max}`;
  if (min !== undefined) return `${kind}, at least ${min}`;
  return max === undefined ? kind : `${kind}, at most ${max}`;
}

/** Bounds nobody set are infinite, or the safe range for whole numbers. */
function bound(value: number | null): number | undefined {
  return value === null || Math.abs(value) >= Number.MAX_SAFE_INTEGER ? undefined : value;
}
