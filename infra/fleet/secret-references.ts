import type { Substitution } from "../../assembler/settings/checked-toml";
import type { DocumentPath } from "../../assembler/settings/map-strings";
import { isSecretKey } from "../../assembler/settings/secret-keys";

/** The stack's configuration as far as a fleet file may refer to it. */
export interface StackSecrets {
  get(name: string): string | undefined;
  /** Whether it is stored encrypted. */
  isSecret(name: string): boolean;
}

/** What was found on the way through a file: every secret value, and where a secret stands in clear. */
export interface SecretFindings {
  readonly values: Set<string>;
  /** Secrets written into the file itself. */
  readonly plain: DocumentPath[];
  /** Names of stack configuration that should be stored encrypted and is not. */
  readonly unencrypted: Set<string>;
}

/** In capitals, too, as nobody means that as a password. */
const reference = /^secret:(.*)$/is;
const name = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/;

/** Makes the replacement of `secret:NAME` by the stack's config secret NAME, noting what it meets in `findings`. */
export function secretReferences(
  stack: StackSecrets,
  findings: SecretFindings,
): (text: string, path: DocumentPath, written: string) => Substitution {
  return (text, path, written) => {
    const wanted = reference.exec(text)?.[1];
    if (wanted === undefined) {
      const key = path.findLast((part) => typeof part === "string");
      if (typeof key === "string" && isSecretKey(key) && text !== "") {
        findings.values.add(text);
        // A password that comes from the environment is not in the file.
        if (!written.includes("${")) findings.plain.push(path);
      }
      return { value: text };
    }
    if (!name.test(wanted) || !text.startsWith("secret:")) {
      return {
        fault: {
          got: "a malformed secret reference",
          allowed: "secret:NAME, with NAME of letters, digits and _ . -",
          fix: undefined,
        },
      };
    }
    const value = stack.get(wanted);
    if (value === undefined || value === "") {
      return {
        fault: {
          got: `secret:${wanted}, which the stack's config does not have`,
          allowed: "the name of a config secret that is set",
          fix: `run: pulumi config set --secret ${wanted}`,
        },
      };
    }
    findings.values.add(value);
    if (!stack.isSecret(wanted)) findings.unencrypted.add(wanted);
    return { value };
  };
}
