import { facets } from "../ledger/ledger-contract";
import { deletion } from "./deletions";
import type { ManagedProgram } from "./managed-program";
import { programControl, programVariables } from "./program-control";
import { stepScript } from "./script-frame";
import { assignments } from "./shell-quote";
import { unitMark } from "./unit-mark";

export const teardownTimeLimitSeconds = 300;

/** Undoes all steps of a program in one go, last first: `LABEL delete`. Holds no secret. */
export function teardownScript(program: ManagedProgram): string {
  const { layout, name } = program.owner;
  const undone = facets.filter((facet) => facet !== "source" || program.kind === "agent").reverse();
  return stepScript({
    owner: program.owner,
    name: "teardown",
    timeLimitSeconds: teardownTimeLimitSeconds,
    variables: `${assignments(
      { unit_mark: unitMark(name) },
      {
        base_directory: layout.baseDirectory,
        config_directory: layout.configDirectory,
        install_log: `${layout.baseDirectory}/install.log`,
      },
    )}\n${programVariables(program)}`,
    functions: [
      ...programControl(program),
      ...undone.map((facet) => deletion(facet, program)),
      `delete_teardown() {\n${undone.map((facet) => `  delete_${facet}`).join("\n")}\n}`,
    ],
  });
}
