import type { z } from "zod";
import { type DocumentPath, valueAt } from "../../assembler/settings/map-strings";

type Table = Record<string, unknown>;

/** Put in place of what is wrong, so that judging the rest finds no fault that is none. */
const harmless: Readonly<Record<string, (place: string) => unknown>> = {
  agent_name: (place) => `unnamed-${place}`,
  host_ip: (place) => `unknown-${place}`,
  ip: (place) => `unknown-${place}`,
  user_name: () => "root",
  service_manager: () => "process",
  host_password: () => "unknown",
  // A reference that leads nowhere is never read as a key.
  ssh_key: () => "secret:unknown",
};

/**
 * A table with everything taken out that its schema finds fault with, so that the rest can be judged further and all faults come in one
 * report. `place` tells tables apart. Undefined if hardly anything is left.
 */
export function salvage<T>(schema: z.ZodType<T>, table: unknown, place: string): T | undefined {
  const result = schema.safeParse(table);
  if (result.success) return result.data;
  const copy = plainCopy(table);
  for (const issue of result.error.issues) {
    const paths = issue.code === "unrecognized_keys" ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
    for (const path of paths)
      replace(
        copy,
        path.map((key) => (typeof key === "number" ? key : String(key))),
        place,
      );
  }
  return schema.safeParse(copy).data;
}

function replace(root: unknown, path: DocumentPath, place: string): void {
  const key = path.at(-1);
  const parent = valueAt(root, path.slice(0, -1));
  if (key === undefined || typeof parent !== "object" || parent === null) return;
  const table = parent as Table;
  if (key === "port" || key === "agent_name") forgetAddress(root, place);
  if (key === "ssh_key_path") {
    delete table[key];
    table.ssh_key ??= harmless.ssh_key?.(place);
  } else if (Object.hasOwn(harmless, key)) table[key] = harmless[key]?.(place);
  else delete table[key];
}

/** Without its port nobody knows whom an agent would be in the way of, and without its name nobody could say so. */
function forgetAddress(root: unknown, place: string): void {
  const info = valueAt(root, ["agent_info"]);
  if (typeof info === "object" && info !== null && "host_ip" in info) info.host_ip = harmless.host_ip?.(place);
}

function plainCopy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plainCopy);
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plainCopy(item)]));
}
