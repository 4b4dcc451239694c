import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { runCommand } from "../processes/run-command";
import { findCommand } from "./find-command";
import { aptRemedy, MissingPart, type Requirement } from "./missing-part";

/** Where Debian keeps JDKs, those that are not the default one too. */
const JDKS = "/usr/lib/jvm";

export const JDK: Requirement = {
  command: "javac",
  packageName: "default-jdk-headless",
  purpose: "Elasticsearch, which runs on Java",
};

/** Major version from what `javac -version` says: `javac 17.0.15`. */
export function javaMajor(said: string): number {
  return Number(/javac (\d+)/.exec(said)?.[1] ?? 0);
}

/** The `bin` folder of a JDK of that version or newer, the default one if it is; undefined when there is none. */
export async function findJdk(oldest: number): Promise<string | undefined> {
  const standard = findCommand(JDK.command);
  const others = existsSync(JDKS) ? readdirSync(JDKS).map((name) => path.join(JDKS, name, "bin", JDK.command)) : [];
  for (const javac of [...(standard === undefined ? [] : [standard]), ...others.sort().filter(existsSync)]) {
    const said = await runCommand([javac, "-version"]);
    if (javaMajor(said.stdout + said.stderr) >= oldest) return path.dirname(javac);
  }
  return undefined;
}

/** The same; throws MissingPart when there is none. */
export async function requireJdk(oldest: number): Promise<string> {
  const found = await findJdk(oldest);
  if (found === undefined) throw new MissingPart(`JDK ${oldest} or newer`, JDK.purpose, aptRemedy([JDK.packageName]));
  return found;
}
