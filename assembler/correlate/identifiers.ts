/** Headers and the first of a body come early in a message; what lies further on is content. */
const longestLooked = 4096;
/** Messages with more distinct tokens are data, not addressed by them. */
const mostIdentifiers = 32;
const token = /[A-Za-z0-9_-]{6,64}/g;
const escaped = /\\u[0-9a-fA-F]{4}|\\./g;
const uuid = /^[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}$/;
/** Six digits or hexadecimal digits in a row, a digit among them: shorter ones are counts, sizes and versions. */
const runOfDigits = /(?=[0-9a-f]*[0-9])[0-9a-f]{6,}/;
/** Words of a random alphabet mix letters and digits often: `w1JKe9`, `01HV8ZX5`; names and versions seldom do. */
const mixed = /(?:[a-z][0-9]|[0-9][a-z]).*(?:[a-z][0-9]|[0-9][a-z])/;

/**
 * Tokens of a message that may tell one request from others: UUIDs, runs of hexadecimal digits, and words that mix
 * letters and digits, wherever they stand; lower case, each once, at most 32. `text` is the message as it was sent or
 * as a JSON string holds it. Whether a token is rare is for the traffic to show.
 */
export function identifiersOf(text: string): string[] {
  const found = new Set<string>();
  const message = text.slice(0, longestLooked).replace(escaped, " ");
  for (const [word] of message.matchAll(token)) {
    const lower = word.toLowerCase();
    if (!uuid.test(lower) && !runOfDigits.test(lower) && !mixed.test(lower)) continue;
    found.add(lower);
    if (found.size === mostIdentifiers) break;
  }
  return [...found];
}
