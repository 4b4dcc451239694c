const longNumber = /[:[,\s]-?\d{16,}/;
/** The string's part runs over plain characters at once: one step each would use up the stack in long strings. */
const stringOrLongNumber = /"[^"\\]*(?:\\.[^"\\]*)*"|(?<![\d.eE+-])-?\d{16,}(?![\d.eE])/g;

/**
 * Puts JSON integers of 16 digits and more in quotes: OTLP writes 64-bit numbers as strings, but takes bare ones too,
 * whose last digits JSON.parse would lose.
 */
export function quoteLongNumbers(text: string): string {
  if (!longNumber.test(text)) return text;
  return text.replace(stringOrLongNumber, (found) => (found.startsWith('"') ? found : `"${found}"`));
}
