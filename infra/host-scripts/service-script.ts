import { deletion } from "./deletions";
import { healthDeadlineSeconds } from "./health-check";
import type { ManagedProgram } from "./managed-program";
import type { StepPart } from "./script-frame";
import { assignments, printingFunction } from "./shell-quote";
import { unitMark } from "./unit-mark";
import { unitText } from "./unit-text";

const common = `is_whole() {
  [ "$(installed_version)" = "$version" ] || fail "version $version is not installed here: run pulumi up --refresh"
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

# A unit that systemd never heard of is read when it is first asked for. What was there before it may hold in another form.
is_known_as_written() {
  [ -n "$unit_is_new" ] && known=$(systemctl show "$unit" -p LoadState -p UnitFileState -p NeedDaemonReload -p FragmentPath -p DropInPaths 2>/dev/null) || return 1
  case $known in
    *"/$unit.d/"*) return 1 ;;
  esac
  for fact in LoadState=loaded UnitFileState=enabled NeedDaemonReload=no "FragmentPath=$unit_file"; do
    case "$newline$known$newline" in
      *"$newline$fact$newline"*) ;;
      *) return 1 ;;
    esac
  done
}

# To read all units costs more than to start one, so those of a rollout are read together. All that waits for it is what multi-user.target wants, until the next boot.
reload_soon() {
  [ ! -e /run/systemd/transient/deeptrace-reload.timer ] || return 0
  systemd-run --quiet --collect --unit=deeptrace-reload --on-active=30 --timer-property=AccuracySec=1 systemctl daemon-reload 2>/dev/null ||
    [ -e /run/systemd/transient/deeptrace-reload.timer ] || systemctl daemon-reload
}

apply_service() {
  [ -d /run/systemd/system ] || fail "this host does not run systemd: set service_manager = \"process\" for it in the fleet file"
  is_whole
  (umask 077 && claim "$state_directory" && chmod 700 "$state_directory")
  settle_record
  meddled=$(meddled_at)
  unit_is_new=yes
  [ ! -e "$unit_file" ] && [ ! -e "$unit_file.d" ] || unit_is_new=
  clear_unit
  unit_content >"$unit_file.new" || fail "cannot write $unit_file.new: is the disk full?"
  if cmp -s "$unit_file.new" "$unit_file"; then rm -f "$unit_file.new"; else mv "$unit_file.new" "$unit_file"; fi
  # Enabling would make systemd read all its units.
  systemctl --no-reload enable --quiet "$unit" 2>/dev/null || fail "systemctl enable $unit failed"
  if is_known_as_written; then reload_soon; else systemctl daemon-reload; fi
  end_strays
  strays_ended=yes
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
