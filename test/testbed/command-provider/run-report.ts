import type { PropertyValue } from "../../../infra/provider-server/property-value";

/** The official provider's error text: how the command ended, its text quoted, and all it printed. */
export function failureText(end: string, command: string, output: string): string {
  return `${end}: running ${quoted(command)}:\n${output}`;
}

/** The text in double quotes with Go's escapes. */
export function quoted(text: string): string {
  const named: Record<string, string> = {
    "\u0007": "\\a",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\v": "\\v",
    '"': '\\"',
    "\\": "\\\\",
  };
  const escaped = text.replace(/["\\\p{Cc}]/gu, (character) => {
    const code = character.charCodeAt(0).toString(16).padStart(2, "0");
    return (
      named[character] ?? (code.length > 2 || character >= "\u0080" ? `\\u${code.padStart(4, "0")}` : `\\x${code}`)
    );
  });
  return `"${escaped}"`;
}

/** Which of a command's streams are shown while it runs; everything unless `logging` says otherwise. */
export function shownStreams(logging: PropertyValue | undefined): { stdout: boolean; stderr: boolean } {
  const all = logging === undefined || logging === null || logging === "stdoutAndStderr";
  return { stdout: all || logging === "stdout", stderr: all || logging === "stderr" };
}

/** What is kept of a stream: all but one newline at its end. */
export function kept(stream: string): string {
  return stream.replace(/\n$/, "");
}

/** The variables that hand the previous outputs to the next command; an empty one is left out. */
export function previousOutputs(previous: { stdout: string; stderr: string } | undefined): Record<string, string> {
  return {
    ...(previous?.stdout && { PULUMI_COMMAND_STDOUT: previous.stdout }),
    ...(previous?.stderr && { PULUMI_COMMAND_STDERR: previous.stderr }),
  };
}

/** The string values of a map of variables. */
export function variables(environment: PropertyValue | undefined): Record<string, string> {
  const entries = Object.entries((environment ?? {}) as Record<string, PropertyValue>);
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
}
