import { maskUrls } from "./secret-keys";

/** Characters that a terminal obeys or hides instead of showing them. */
const unseen = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu;
const longest = 80;

/** A text in quotes on one line of at most 80 characters; what cannot be seen is escaped, what is plainly secret left out. */
export function quoted(text: string): string {
  if (/PRIVATE KEY-----/.test(text)) return "the text of a private key, which is not shown";
  const shown = JSON.stringify(maskUrls(text)).replace(unseen, escaped);
  return cut(shown);
}

/** A value in words that fit on a line: `nothing`, `"abc"`, `70000`, `a list`, `a table`. */
export function describe(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  if (typeof value === "string") return quoted(value);
  if (value instanceof Date) return `the date ${value.toISOString()}`;
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  return typeof value === "object" ? "a table" : cut(String(value));
}

/** What kind of value stands where a secret should, and nothing more of it. */
export function describeSecret(value: unknown): string {
  if (typeof value === "string" && value !== "") return "a secret that is not shown";
  return typeof value === "number" || typeof value === "boolean"
    ? `a ${typeof value} that is not shown`
    : describe(value);
}

function cut(text: string): string {
  const characters = [...text];
  return characters.length > longest ? `${characters.slice(0, longest - 1).join("")}…` : text;
}

function escaped(character: string): string {
  return [...Array(character.length).keys()]
    .map((index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, "0")}`)
    .join("");
}
