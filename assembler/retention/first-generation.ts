/** `spans_a1` -> `spans_a1-000001`, as a rollover counts on from; `spans_a1` is its alias. */
export function firstGeneration(family: string): string {
  return `${family}-000001`;
}

/** Whether the answer to making it (400) says that an assembler, a rollout or an agent was quicker. */
export function isTaken(answer: Buffer): boolean {
  return answer.includes("resource_already_exists") || answer.includes("invalid_alias_name");
}
