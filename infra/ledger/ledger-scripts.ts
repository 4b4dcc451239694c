import { probeScript } from "../host-scripts/probe-script";
import { programOf } from "../host-scripts/program-spec";
import { type StepsFile, stepsFile } from "../host-scripts/steps-script";
import { teardownOf } from "../host-scripts/teardown-script";
import type { LedgerInputs, Teardown } from "./ledger-contract";

type Watched = Pick<LedgerInputs, "agent" | "program" | "probe" | "teardown">;

/** The script that prints the facts of a ledger's host. */
export function probeOf({ agent, program, probe = "" }: Watched): string {
  if (program === undefined) return probe;
  return probeScript({ program: programOf(agent, program), version: program.version, steps: program.steps });
}

/** How a ledger undoes everything; undefined for one of an early version, whose steps are deleted by themselves. */
export function teardownIn({ agent, program, teardown }: Watched): Teardown | undefined {
  return program === undefined ? teardown : teardownOf(programOf(agent, program));
}

/** The file of steps that a ledger puts on its host. Throws if this provider makes another one than the program did. */
export function stepsIn({ agent, program }: Watched): StepsFile | undefined {
  if (program === undefined) return undefined;
  const file = stepsFile(programOf(agent, program));
  if (file.sha256 === program.steps) return file;
  throw new Error(
    `agent "${agent}": the program and its provider are of different versions: were files of infra/ changed meanwhile? Run pulumi up again`,
  );
}
