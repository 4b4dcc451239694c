import type { AnyValue, KeyValue } from "./otlp-model";

export type AttributeValue = string | number | bigint | boolean | readonly string[];

/** Attributes of these values; those that are undefined or "" are left out. Whole numbers become integers. */
export function attributesOf(values: Readonly<Record<string, AttributeValue | undefined>>): KeyValue[] {
  return Object.entries(values).flatMap(([key, value]) =>
    value === undefined || value === "" ? [] : [{ key, value: anyValue(value) }],
  );
}

function anyValue(value: AttributeValue): AnyValue {
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "boolean") return { boolValue: value };
  if (typeof value === "bigint" || Number.isInteger(value)) return { intValue: String(value) };
  if (typeof value === "number") return { doubleValue: value };
  return { arrayValue: { values: value.map((stringValue) => ({ stringValue })) } };
}

/** Reads texts and numbers out of a list of attributes as others sent it; what is no attribute is passed over. */
export function readAttributes(list: unknown): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  if (!Array.isArray(list)) return values;
  for (const item of list) {
    const { key, value } = (item ?? {}) as { key?: unknown; value?: Partial<Record<keyof AnyValue, unknown>> };
    const plain = value?.stringValue ?? value?.intValue;
    if (typeof key === "string" && (typeof plain === "string" || typeof plain === "number")) {
      values.set(key, String(plain));
    }
  }
  return values;
}
