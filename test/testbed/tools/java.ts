import { runCommand } from "../processes/run-command";
import { aptRemedy, MissingPart, type Requirement, requireCommand } from "./missing-part";

const OLDEST = 17;

export const JDK: Requirement = {
  command: "javac",
  packageName: "default-jdk-headless",
  purpose: "Elasticsearch, which runs on Java",
};

/** Major version from what `javac -version` says: `javac 17.0.15`. */
export function javaMajor(said: string): number {
  return Number(/javac (\d+)/.exec(said)?.[1] ?? 0);
}

/** Makes sure that there is a JDK which Elasticsearch 8 runs on. */
export async function requireJdk(): Promise<void> {
  const said = await runCommand([requireCommand(JDK), "-version"]);
  const major = javaMajor(said.stdout + said.stderr);
  if (major < OLDEST)
    throw new MissingPart(`JDK ${OLDEST} or newer (found ${major})`, JDK.purpose, aptRemedy([JDK.packageName]));
}
