import { deletion } from "./deletions";
import { healthDeadlineSeconds } from "./health-check";
import type { ManagedProgram } from "./managed-program";
import type { StepPart } from "./script-frame";
import { assignments, printingFunction } from "./shell-quote";
import { unitMark } from "./unit-mark";
import { unitText } from "./unit-text";

const common = `is_whole() {
  [ "$(sed -n '1s/^# version //p' "$manifest_file" 2>/dev/null)" = "$version" ] || fail "version $version is not installed here: run pulumi up --refresh"
  [ "$(digest "$config_file")" = "$(received)" ] || fail "$config_file is not the one of this rollout: run pulumi up --refresh"
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

apply_service() {
  [ -d /run/systemd/system ] || fail "this host does not run systemd: set service_manager = \"process\" for it in the fleet file"
  is_whole
  (umask 077 && claim "$state_directory" && chmod 700 "$state_directory")
  settle_record
  meddled=$(meddled_at)
  clear_unit
  unit_content >"$unit_file.new" || fail "cannot write $unit_file.new: is the disk full?"
  if cmp -s "$unit_file.new" "$unit_file"; then rm -f "$unit_file.new"; else mv "$unit_file.new" "$unit_file"; fi
  # Enabling would make systemd read all its units, which it has to do anyway.
  systemctl --no-reload enable --quiet "$unit" 2>/dev/null || fail "systemctl enable $unit failed"
  systemctl daemon-reload
  end_strays
  if runs_what_it_should; then restart_if_started_since "$meddled"; else restart_program; fi
}`;

const asProcess = `apply_service() {
  is_whole
  (umask 077 && claim "$state_directory" && chmod 700 "$state_directory")
  end_strays
  if ! runs_what_it_should; then
    restart_program
  elif ! is_supervised; then
    supervise "$(program_pid)"
  fi
}`;

/**
 * Keeps a program running with what is installed and configured, and restarts it only if it runs something else: word `version=VERSION`, and on stdin the
 * SHA-256 of the configuration file, by which its secrets could be guessed.
 */
export function serviceStep(program: ManagedProgram): StepPart {
  const { owner, serviceManager } = program;
  const unit = serviceManager === "systemd" ? [printingFunction("unit_content", unitText(program))] : [];
  return {
    facet: "service",
    timeLimitSeconds: healthDeadlineSeconds + 150,
    takesInput: true,
    variables: assignments({ unit_mark: unitMark(owner.name) }),
    functions: [common, deletion("service", program), ...unit, serviceManager === "systemd" ? systemd : asProcess],
  };
}
