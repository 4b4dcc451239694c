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
  settle_record
  is_running && [ "$(what_would_run)" = "$(noted)" ] && answers
}`;

const systemd = String.raw`# When the first override was made, or our unit file altered: a process that started since runs by it.
meddled_at() {
  {
    for file in "/etc/systemd/system/$unit.d"/* "/run/systemd/system/$unit.d"/*; do [ ! -e "$file" ] || changed_at "$file"; done
    [ ! -f "$unit_file" ] || unit_content | cmp -s - "$unit_file" || changed_at "$unit_file"
  } | sort -n | head -n 1
}

apply() {
  [ -d /run/systemd/system ] || fail "this host does not run systemd: set service_manager = \"process\" for it in the fleet file"
  is_whole
  (umask 077 && claim "$state_directory" && chmod 700 "$state_directory")
  settle_record
  meddled=$(meddled_at)
  clear_unit
  unit_content >"$unit_file.new" || fail "cannot write $unit_file.new: is the disk full?"
  if cmp -s "$unit_file.new" "$unit_file"; then rm -f "$unit_file.new"; else mv "$unit_file.new" "$unit_file"; fi
  systemctl daemon-reload
  systemctl enable --quiet "$unit" 2>/dev/null || fail "systemctl enable $unit failed"
  end_strays
  if runs_what_it_should; then restart_if_started_since "$meddled"; else restart_program; fi
}`;

const asProcess = `apply() {
  is_whole
  (umask 077 && claim "$state_directory" && chmod 700 "$state_directory")
  end_strays
  if ! runs_what_it_should; then
    restart_program
  elif ! is_supervised; then
    supervise "$(program_pid)"
  fi
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
