import { maskSecrets } from "../ledger/secret-masking";

/** Shorter pieces of a secret of several lines would be masked in innocent text. */
const leastPiece = 8;

/** Takes the given secrets out of texts; of one with several lines, as a key has, each line too. */
export function maskerOf(secrets: Iterable<string>): (text: string) => string {
  const pieces = [...secrets].flatMap((secret) => [
    secret,
    ...(secret.includes("\n") ? secret.split("\n").filter((line) => line.length >= leastPiece) : []),
  ]);
  return (text) => maskSecrets(text, pieces);
}
