import { isSecretKey, maskUrls } from "./secret-keys";

const assignment = /(?:^|[\s{,.[])["']?[\w-]+["']?\s*=(?!=)\s*\S/;
/** A value that ends on its line, so that the next line is none of it. */
const complete = /^(?:"(?:[^"\\]|\\.)*"|'[^']*'|[\w.+-]+)[\s,}]*(?:#.*)?$/;
/** Characters of a line that are shown around a fault. */
const reach = 90;

/**
 * The lines around a fault in TOML text, numbered, with a caret under the column; whatever follows the name of a secret is hidden, also when
 * it goes on over several lines. Needed because the parser's own excerpt would show it. The text need not be TOML at all.
 */
export function maskedExcerpt(text: string, line: number, column: number): string {
  const lines = text.split(/\r?\n/);
  const width = String(line + 1).length;
  const first = Math.max(0, column - reach);
  const shown: string[] = [];
  const secrets = new SecretLines();
  for (let number = 1; number <= Math.min(line + 1, lines.length); number++) {
    const masked = secrets.mask(lines[number - 1] ?? "");
    if (number < line - 1) continue;
    shown.push(`${String(number).padStart(width)}:  ${portion(masked, first)}`.trimEnd());
    if (number === line) shown.push(`${" ".repeat(width + 3 + Math.min(column - 1, masked.length) - first)}^`);
  }
  return shown.join("\n");
}

/** Follows a text line by line and knows which lines belong to a secret. */
class SecretLines {
  /** What ends the secret that the last line began. */
  #end: RegExp | undefined;

  mask(raw: string): string {
    if (this.#end) {
      const ends = this.#end.test(raw);
      const isLast = ends && this.#end !== nextEntry;
      if (ends) this.#end = undefined;
      if (!ends || isLast) return "[secret]";
    }
    const word = [...raw.matchAll(/[\w-]+/g)].find(([name]) => isSecretKey(name));
    if (!word) return maskUrls(raw);
    const [before = ""] = /^["']?\s*[:=]?\s*/.exec(raw.slice(word.index + word[0].length)) ?? [];
    const start = word.index + word[0].length + before.length;
    const value = raw.slice(start);
    if (value === "") return maskUrls(raw);
    const [delimiter] = /^("""|''')/.exec(value) ?? [];
    if (delimiter) this.#end = value.indexOf(delimiter, 3) < 0 ? new RegExp(delimiter) : undefined;
    else if (!complete.test(value)) this.#end = nextEntry;
    return `${maskUrls(raw.slice(0, start))}[secret]`;
  }
}

const nextEntry = new RegExp(`^\\s*\\[|${assignment.source}`);

/** Part of a line, with a mark for every character that would move the caret away from its place or the cursor from the line. */
function portion(line: string, first: number): string {
  const part = line
    .slice(first, first + reach + 30)
    .replace(/\p{Cc}|\p{Cf}/gu, (character) => (character === "\t" ? " " : "\u{fffd}"));
  return `${part}${line.length > first + reach + 30 ? "…" : ""}`;
}
