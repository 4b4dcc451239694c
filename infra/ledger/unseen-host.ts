/** How a facet reads when the host could not be looked into. These words are kept in states: never change them. */
export const unseenWords = {
  unreachable: "unreachable",
  hostKeyChanged: "host key changed",
  loginRefused: "login refused",
  probeFailed: "probe failed",
} as const;

/** `unreachable: connect ETIMEDOUT after 10 s` and its like. */
export function unseen(kind: keyof typeof unseenWords, reason: string): string {
  return `${unseenWords[kind]}: ${reason}`;
}

export function isUnseen(observed: string): boolean {
  return Object.values(unseenWords).some((words) => observed.startsWith(`${words}: `));
}
