import { createHash } from "node:crypto";
import { deletion } from "./deletions";
import { healthDeadlineSeconds } from "./health-check";
import type { ManagedProgram } from "./managed-program";
import { programControl, programVariables } from "./program-control";
import { stepScript } from "./script-frame";
import { assignments, printingFunction } from "./shell-quote";
import { unitMark } from "./unit-mark";
import { unitText } from "./unit-text";

/** A program that has to run, with what it has to run. */
export interface ServiceSpec {
  readonly program: ManagedProgram;
  /** What must be installed: a commit, or the digest of a bundle. */
  readonly version: string;
  /** The configuration it must have been started with; holds secrets, only its digest is used. */
  readonly configText: string;
}

export const serviceTimeLimitSeconds = healthDeadlineSeconds + 150;

const common = `is_whole() {
  [ "$(sed -n '1s/^# version //p' "$manifest_file" 2>/dev/null)" = "$version" ] || fail "version $version is not installed here: run pulumi up --refresh"
  [ "$(digest "$config_file")" = "$config_sha256" ] || fail "$config_file is not the one of this rollout: run pulumi up --refresh"
}

runs_what_it_should() {
  is_running && [ "$(what_would_run)" = "$(cat "$running_file" 2>/dev/null)" ] && answers
}`;

const systemd = String.raw`apply() {
  [ -d /run/systemd/system ] || fail "this host does not run systemd: set service_manager = \"process\" for it in the fleet file"
  is_whole
  (umask 077 && claim "$state_directory" && chmod 700 "$state_directory")
  clear_unit
  unit_content >"$unit_file.new"
  if cmp -s "$unit_file.new" "$unit_file"; then rm -f "$unit_file.new"; else mv "$unit_file.new" "$unit_file"; fi
  systemctl daemon-reload
  systemctl enable --quiet "$unit" 2>/dev/null || fail "systemctl enable $unit failed"
  runs_what_it_should || restart_program
}`;

const asProcess = `apply() {
  is_whole
  (umask 077 && claim "$state_directory" && chmod 700 "$state_directory")
  runs_what_it_should || restart_program
}`;

/** The step that keeps a program running with what is installed and configured; it restarts it only if it runs something else. */
export function serviceScript({ program, version, configText }: ServiceSpec): string {
  const { owner, serviceManager } = program;
  const configSha256 = createHash("sha256").update(configText).digest("hex");
  const values = assignments({ version, config_sha256: configSha256, unit_mark: unitMark(owner.name) });
  const unit = serviceManager === "systemd" ? [printingFunction("unit_content", unitText(program))] : [];
  return stepScript({
    owner,
    name: "service",
    timeLimitSeconds: serviceTimeLimitSeconds,
    variables: `${values}\n${programVariables(program)}`,
    functions: [
      ...programControl(program),
      common,
      deletion("service", program),
      ...unit,
      serviceManager === "systemd" ? systemd : asProcess,
    ],
  });
}
