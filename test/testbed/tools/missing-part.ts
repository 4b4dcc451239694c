import { findCommand } from "./find-command";

/** Something this machine lacks and the testbed cannot get by itself. */
export class MissingPart extends Error {
  /**
   * @param part what is missing, e.g. `nginx`
   * @param purpose what needs it, e.g. `the password in front of Elasticsearch`
   * @param remedy the shell command that installs it
   */
  constructor(part: string, purpose: string, remedy: string) {
    super(`${part} is missing (needed for ${purpose}). Install it: ${remedy}`);
    this.name = "MissingPart";
  }
}

/** A command that a part of the testbed runs, and the Debian package that holds it. */
export interface Requirement {
  command: string;
  packageName: string;
  purpose: string;
}

export function aptRemedy(packageNames: string[]): string {
  return `sudo apt-get install -y ${packageNames.join(" ")}`;
}

/** Absolute path of the required command; throws MissingPart if it is not installed. */
export function requireCommand({ command, packageName, purpose }: Requirement): string {
  const found = findCommand(command);
  if (found === undefined) throw new MissingPart(command, purpose, aptRemedy([packageName]));
  return found;
}
