import type { HostSpec } from "../fleet/fleet";
import type { ManagedProgram } from "../host-scripts/managed-program";
import { teardownScript, teardownTimeLimitSeconds } from "../host-scripts/teardown-script";
import type { Teardown } from "../ledger/ledger-contract";

/** How a program's ledger undoes all of its steps. */
export function teardownOf(program: ManagedProgram): Teardown {
  const { baseDirectory, configDirectory, stateDirectory, unit } = program.owner.layout;
  const own = `the ${program.kind} itself`;
  const removes =
    program.serviceManager === "systemd"
      ? [own, `unit ${unit}`, baseDirectory, configDirectory, stateDirectory]
      : [own, baseDirectory.replace(/^\$HOME/, "~")];
  return { script: teardownScript(program), timeLimitSeconds: teardownTimeLimitSeconds, removes };
}

/** Where on which machine things are; another port or login is still the same machine. */
export function placeOf({ target, serviceManager }: HostSpec): string {
  const home = serviceManager === "process" ? ` of ${target.become ? "root" : target.user}` : "";
  return `${serviceManager}${home} on ${target.host}`;
}
