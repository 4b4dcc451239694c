/** Keeps secrets out of words that people read; pure. */
import { maskUrls } from "../../assembler/settings/secret-keys";

/** Stands for a secret wherever one would be shown; the settings of a ledger have it in place of theirs. */
export const masked = "[secret]";

/** The text with every given secret, and user and password inside addresses, replaced. */
export function maskSecrets(text: string, secrets: readonly string[]): string {
  const longestFirst = secrets.filter((secret) => secret !== "").sort((a, b) => b.length - a.length);
  return maskUrls(longestFirst.reduce((rest, secret) => rest.split(secret).join(masked), text));
}
