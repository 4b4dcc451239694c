import type { TomlError } from "smol-toml";
import { type Fault, FaultsError } from "./fault";
import { maskedExcerpt } from "./masked-excerpt";

/** What the parser's reasons mean to somebody who writes a file; the first that fits. */
const meanings: readonly [reason: RegExp, allowed: string][] = [
  [/redefine/, "each key and each [table] once; every further entry of a list begins with its [[name]]"],
  [/control characters .* strings/, "a text that is closed by its quote on the same line, without control characters"],
  [/control characters .* comments/, "comments without control characters"],
  [/unfinished string/, "a text that ends with the quotes it began with"],
  [/escape/, String.raw`\\ for a backslash, or the text in single quotes, where a backslash is a backslash`],
  [/invalid value/, '"text" in straight quotes, a number, true, false, a date, [a list] or { a = "table" }'],
  [/leading zero|numeric|underscore/, "a number such as 22, or a text in quotes"],
  [/losslessly/, `whole numbers up to ${Number.MAX_SAFE_INTEGER}`],
  [/date/, "a date such as 2025-01-31 or 2025-01-31T09:00:00Z"],
  [/comma|unfinished (array|table)/, "commas between items, and a bracket at the end"],
  [/end-of-line/, "one entry on each line"],
  [/nested/, "fewer levels"],
  [/key|table array/, "lines of the form key = value, [table], [[entry of a list]] or # comment"],
];

/** A file that is no TOML as the one fault that the parser stopped at, with the lines around it; no secret is shown. */
export function syntaxFault(file: string, text: string, { message, line, column }: TomlError): FaultsError {
  const reason = message.split("\n")[0]?.replace(/^Invalid TOML document: /, "") ?? "";
  const allowed = meanings.find(([pattern]) => pattern.test(reason))?.[1] ?? "TOML 1.0";
  const fault: Fault = { file, line, field: `column ${column}`, got: `invalid TOML (${reason})`, allowed };
  return new FaultsError([fault], maskedExcerpt(text, line, column));
}
