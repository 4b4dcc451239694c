/** Elasticsearch neither indexes nor sorts by much longer ones. */
const longest = 200;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const odd = /[\u0000-\u001f\u007f\ud800-\udfff]/;

/** A text off the wire as a name: at most 200 characters, none that a terminal obeys, no space around it. */
export function nameOf(text: string): string {
  const name = text.length > longest ? text.slice(0, longest) : text;
  return (odd.test(name) ? plain(name) : name).trim();
}

function plain(name: string): string {
  // Written as bytes, half a character becomes the sign for one that is unknown.
  const whole = Buffer.from(name).toString();
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced
  return whole.replace(/[\u0000-\u001f\u007f]/g, " ");
}
