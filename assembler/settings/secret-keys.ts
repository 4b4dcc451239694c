const secretKey = /(password|passphrase|passwd|secret|token|credential|private_?key|api_?key|^ssh_key)$/i;
const assignment = /(?:^|[\s{,.[])["']?([\w-]+)["']?\s*=(?!=)\s*\S/g;

/** Whether a key's value must never be shown: host_password, ssh_key, api_token; not ssh_key_path or host_key. */
export function isSecretKey(key: string): boolean {
  return secretKey.test(key);
}

/** A text with what may be secret in it hidden: the user part of URLs. */
export function maskUrls(text: string): string {
  return text.replace(/\/\/[^/\s@"']+@/g, "//[secret]@");
}

/**
 * The lines around a fault in TOML text, numbered, with a caret under the column; values of secret keys are hidden, also when they go
 * on over several lines. Needed because the parser's own excerpt would show them.
 */
export function maskedExcerpt(text: string, line: number, column: number): string {
  const lines = text.split(/\r?\n/);
  const width = String(line + 1).length;
  const shown: string[] = [];
  let hiding = false;
  for (let number = 1; number <= Math.min(line + 1, lines.length); number++) {
    const raw = lines[number - 1] ?? "";
    const keys = [...raw.matchAll(assignment)];
    const secret = keys.find((match) => isSecretKey(match[1] ?? ""));
    if (keys.length > 0 || /^\s*\[/.test(raw)) hiding = secret !== undefined;
    if (number < line - 1) continue;
    const start = secret ? raw.indexOf("=", secret.index) + 1 : 0;
    shown.push(`${String(number).padEnd(width)}:  ${hiding ? `${raw.slice(0, start)} [secret]` : maskUrls(raw)}`);
    if (number === line) shown.push(`${" ".repeat(width + 2 + column)}^`);
  }
  return shown.join("\n");
}
