/** The only ways by which a value enters shell text. */

/** One word that stands for exactly this text: `it's` → `'it'\''s'`. */
export function quote(text: string): string {
  if (text.includes("\0")) throw new Error("a text with a NUL character cannot be handed to a shell");
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** A path of a host layout; a leading `$HOME/` is left to the shell there. */
export function quotePath(path: string): string {
  return path.startsWith("$HOME/") ? `"$HOME"${quote(path.slice("$HOME".length))}` : quote(path);
}

/** Assignments, one per line, in the order given: `{ repo: "x" }` → `repo='x'`. */
export function assignments(
  values: Readonly<Record<string, string>>,
  asPaths: Readonly<Record<string, string>> = {},
): string {
  return [
    ...Object.entries(values).map(([name, value]) => `${name}=${quote(value)}`),
    ...Object.entries(asPaths).map(([name, path]) => `${name}=${quotePath(path)}`),
  ].join("\n");
}

/** A function that prints exactly this text, which ends in a newline. It is part of the script, so it never shows in a process list. */
export function printingFunction(name: string, text: string): string {
  if (text.includes("\0")) throw new Error("a text with a NUL character cannot be handed to a shell");
  const lines = new Set(text.split("\n"));
  let end = "DEEPTRACE_END";
  while (lines.has(end)) end += "_";
  return `${name}() {\n  cat <<'${end}'\n${text}${text.endsWith("\n") ? "" : "\n"}${end}\n}`;
}
