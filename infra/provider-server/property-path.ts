/** Where a value stands inside a resource's properties: map keys and list positions. */
export type PropertyPath = readonly (string | number)[];

/**
 * The path as the engine writes it in a detailed diff: `observed.config`, `triggers[0]`, `environment["a.b"]`.
 */
export function formatPath(path: PropertyPath): string {
  let text = "";
  for (const element of path) {
    if (typeof element === "number") text += `[${element}]`;
    else if (!/^[A-Za-z_$][\w$]*$/.test(element)) text += `["${element.replace(/["\\]/g, "\\$&")}"]`;
    else text += text === "" ? element : `.${element}`;
  }
  return text;
}

/** True if `path` is `prefix` itself or lies below it. */
export function startsWith(path: PropertyPath, prefix: PropertyPath): boolean {
  return prefix.length <= path.length && prefix.every((element, position) => element === path[position]);
}
