import { processControl } from "./control-as-process";
import { systemdControl } from "./control-by-systemd";
import { healthCheck, healthDeadlineSeconds } from "./health-check";
import { assemblerBundle } from "./host-layout";
import { installManifest } from "./install-manifest";
import type { ManagedProgram } from "./managed-program";
import { processRecord, runningRecord } from "./running-record";
import { assignments } from "./shell-quote";

/** The values and paths that {@link programControl} uses. */
export function programVariables(program: ManagedProgram): string {
  const { layout } = program.owner;
  const { address, port, path, name } = program.health;
  return assignments(
    {
      unit: layout.unit,
      health_address: address,
      health_host: address.includes(":") ? `[${address}]` : address,
      health_port: String(port),
      health_path: path,
      health_name: name ?? "",
      deadline: String(healthDeadlineSeconds),
    },
    {
      unit_file: layout.unitFile,
      state_directory: layout.stateDirectory,
      pid_file: layout.pidFile,
      log_file: layout.logFile,
      running_file: layout.runningFile,
      manifest_file: layout.manifestFile,
      config_file: layout.configFile,
      written_file: layout.writtenFile,
      ...(program.serviceManager === "process" && { supervisor_file: layout.supervisorFile }),
      ...(program.kind === "agent"
        ? {
            source_directory: layout.sourceDirectory,
            install_directory: layout.installDirectory,
            program_files: layout.installDirectory,
          }
        : { bundle: assemblerBundle(layout), program_files: assemblerBundle(layout) }),
    },
  );
}

/** Shell functions that find, start, stop and question a program, whoever manages it. */
export function programControl(program: ManagedProgram): string[] {
  const control = program.serviceManager === "systemd" ? systemdControl : processControl(program);
  return [control, healthCheck, installManifest(program), processRecord, runningRecord];
}
