import { healthDeadlineSeconds } from "./health-check";
import { installManifest } from "./install-manifest";
import type { ManagedProgram } from "./managed-program";
import { programControl, programVariables } from "./program-control";
import { stepScript } from "./script-frame";
import { assignments } from "./shell-quote";

/** What a person may ask of a program that is rolled out. */
export type ControlAction = "start" | "stop" | "restart";

/** As much as the rollout gives its service step: a step of it that is at work has to end first. */
export const controlTimeLimitSeconds = healthDeadlineSeconds + 150;

const haltUnit = `halt() {
  systemctl stop "$unit" >/dev/null 2>&1 || true
  systemctl reset-failed "$unit" 2>/dev/null || true
  ! is_running || fail "systemctl stop $unit failed: it still runs"
}`;

const haltProcess = `halt() {
  stop_program
}`;

const apply = `is_rolled_out() {
  is_ours "$base_directory" && [ -f "$manifest_file" ] && [ -f "$config_file" ] && { [ "$manager" = process ] || [ -f "$unit_file" ]; }
}

apply_control() {
  if ! is_rolled_out; then
    if [ ! -e "$base_directory" ]; then rm -f "$lock_file"; remove_empty_parents; fi
    fail "is not rolled out here: run pulumi up"
  fi
  was_running=no
  ! is_running || was_running=yes
  case "$action $was_running" in
    'start yes')
      answers || fail "runs but does not answer on http://$health_host:$health_port$health_path: restart it"
      echo 'ran already' ;;
    'start no') restart_program; echo started ;;
    'restart yes') restart_program; echo restarted ;;
    'restart no') restart_program; echo 'started (was not running)' ;;
    'stop yes') halt; echo stopped ;;
    'stop no') halt; echo 'was stopped already' ;;
  esac
}`;

/**
 * Starts, stops or restarts what is rolled out, under the lock of the rollout's own steps, and waits until it is so: `LABEL apply`. It changes
 * nothing else: what is enabled stays enabled, and no file but the record of what runs is written. Prints in one line what it did.
 */
export function controlScript(program: ManagedProgram, action: ControlAction): string {
  const bySystemd = program.serviceManager === "systemd";
  const values = assignments(
    { action, manager: program.serviceManager },
    { base_directory: program.owner.layout.baseDirectory },
  );
  return stepScript({
    owner: program.owner,
    name: "control",
    timeLimitSeconds: controlTimeLimitSeconds,
    variables: `${values}\n${programVariables(program)}`,
    functions: [...programControl(program), installManifest(program), bySystemd ? haltUnit : haltProcess, apply],
  });
}
