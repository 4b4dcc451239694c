/** Tokens that may tell one message from another: UUIDs, and runs of hexadecimal digits of which one is decimal. */
const token = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b(?=[a-f]*\d)[0-9a-f]{6,64}\b/gi;

/** The identifiers of a request and its response, each once. */
export function messageIdentifiers(request: string, response: string): string[] {
  return [...new Set(`${request}\n${response}`.match(token) ?? [])];
}
