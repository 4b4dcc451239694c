/** What a script printed as `key=value` lines. A key that comes twice has its last value. */
export function keyValueLines(stdout: string): Map<string, string> {
  const values = new Map<string, string>();
  for (const line of stdout.split("\n")) {
    const [, key, value] = /^([a-z][a-z0-9.]*)=(.*?)\r?$/.exec(line) ?? [];
    if (key !== undefined && value !== undefined) values.set(key, value.trim());
  }
  return values;
}
