import { configProof } from "./config-proof";
import { deletion } from "./deletions";
import { healthDeadlineSeconds } from "./health-check";
import { liveUpdate, noLiveUpdate } from "./live-update";
import type { ManagedProgram } from "./managed-program";
import type { StepPart } from "./script-frame";
import { assignments } from "./shell-quote";

const functions = String.raw`is_written() {
  [ -f "$config_file" ] && [ ! -L "$config_file" ] && cmp -s "$new" "$config_file" &&
    [ -O "$config_file" ] && [ -G "$config_file" ] && [ "$(stat -c %a "$config_file")" = 600 ]
}

note_written() {
  sum_up "$config_file"
  note="sha256 $sum${"$"}{newline}public $public_digest${"$"}{newline}health $health_address $health_host $health_port"
  [ -f "$written_file" ] && [ "$(cat "$written_file")" = "$note" ] || put_text "$written_file" "$note"
}

own_directory() {
  claim "$config_directory"
  chmod 700 "$config_directory"
  { [ -O "$config_directory" ] && [ -G "$config_directory" ]; } || chown "$(id -u):$(id -g)" "$config_directory"
}

apply_config() {
  umask 077
  own_directory
  previous=$config_file.previous
  # In the same directory, so that renaming puts the whole file in place at once.
  new=$config_file.new
  if [ -e "$new" ] || [ -L "$new" ]; then rm -rf "$new"; fi
  content >"$new" || { rm -f "$new"; fail "cannot write $new: is the disk full?"; }
  settle_record
  if is_written; then
    if [ ! -f "$previous" ] || runs_config "$(digest "$new")"; then
      rm -f "$new"
      note_written
      forget_previous
      return 0
    fi
  fi
  if [ -f "$previous" ]; then
    # An earlier step was cut off here: what runs has proven nothing.
    put_in_place
    if is_startable; then prove restart; fi
  elif ! is_running || ! is_startable || runs_config "$(digest "$new")"; then
    put_in_place
  else
    way=live
    if [ "$(noted)" != "$(what_would_run)" ] || loses_keys "$config_file" "$new"; then way=restart; fi
    keep_previous
    put_in_place
    prove "$way"
  fi
}`;

const agentContent = `update_content() {
  received | sed -n 1p
}

content() {
  text=$(received && echo .)
  text=\${text#*"$newline"}
  printf '%s' "\${text%?}"
}`;

const assemblerContent = `content() {
  received
}`;

/**
 * Writes a configuration file, readable by its owner alone, in one piece: word `public_digest=12-HEX`, and on stdin the file's text, before which an
 * agent has the same in one line of JSON. A program that runs with another configuration takes the new one live or is restarted with it; if it
 * does not come up healthy, it gets the old one back and the step fails with its last words.
 */
export function configStep(program: ManagedProgram): StepPart {
  const { configDirectory } = program.owner.layout;
  return {
    facet: "config",
    // Enough to find out that one configuration does not work, and to bring the program up with another.
    timeLimitSeconds: 2 * healthDeadlineSeconds + 150,
    takesInput: true,
    variables: assignments({}, { config_directory: configDirectory }),
    functions: [
      ...(program.kind === "agent" ? [agentContent, liveUpdate] : [assemblerContent, noLiveUpdate]),
      configProof,
      functions,
      deletion("config", program),
    ],
  };
}

/** What the config step of an agent takes on stdin; holds secrets. */
export function agentConfigInput(config: unknown, text: string): string {
  return `${JSON.stringify(config)}\n${text}`;
}
