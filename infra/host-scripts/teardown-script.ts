import { facets, type Teardown } from "../ledger/ledger-contract";
import { deletion } from "./deletions";
import type { ManagedProgram } from "./managed-program";
import { programControl, programVariables } from "./program-control";
import { stepScript } from "./script-frame";
import { assignments } from "./shell-quote";
import { unitMark } from "./unit-mark";

const timeLimitSeconds = 300;

/** How a program's ledger undoes all of its steps. */
export function teardownOf(program: ManagedProgram): Teardown {
  const { baseDirectory, configDirectory, stateDirectory, unit } = program.owner.layout;
  const own = `the ${program.kind} itself`;
  const removes =
    program.serviceManager === "systemd"
      ? [own, `unit ${unit}`, baseDirectory, configDirectory, stateDirectory]
      : [own, baseDirectory.replace(/^\$HOME/, "~")];
  return { script: teardownScript(program), timeLimitSeconds, removes };
}

/** Undoes all steps of a program in one go, last first: `LABEL delete`. Holds no secret. */
export function teardownScript(program: ManagedProgram): string {
  const { layout, name } = program.owner;
  const undone = facets.filter((facet) => facet !== "source" || program.kind === "agent").reverse();
  return stepScript({
    owner: program.owner,
    name: "teardown",
    timeLimitSeconds,
    variables: `${assignments(
      { unit_mark: unitMark(name) },
      {
        base_directory: layout.baseDirectory,
        config_directory: layout.configDirectory,
        install_log: `${layout.baseDirectory}/install.log`,
        steps_file: layout.stepsFile,
      },
    )}\n${programVariables(program)}`,
    functions: [
      ...programControl(program),
      ...undone.map((facet) => deletion(facet, program)),
      `delete_teardown() {
${undone.map((facet) => `  delete_${facet}`).join("\n")}
  rm -f "$steps_file" "$steps_file.new"
  remove_empty_parents
}`,
    ],
  });
}
