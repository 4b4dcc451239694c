import { deletion } from "./deletions";
import type { ManagedProgram } from "./managed-program";
import { programControl, programVariables } from "./program-control";
import { stepScript } from "./script-frame";
import { assignments, printingFunction } from "./shell-quote";

/** The configuration file of a program, whole. */
export interface ConfigSpec {
  readonly program: ManagedProgram;
  /** The file's content; holds secrets. */
  readonly text: string;
  /** Names this configuration in words that people read; see `facet-words.ts`. */
  readonly publicDigest: string;
}

export const configTimeLimitSeconds = 120;

const functions = String.raw`is_written() {
  [ -f "$config_file" ] && [ ! -L "$config_file" ] && cmp -s "$new" "$config_file" &&
    [ "$(stat -c '%a %u:%g' "$config_file")" = "600 $(id -u):$(id -g)" ]
}

# The moment of a change that was not ours; nothing if the file is as we wrote it last.
altered_by_others_at() {
  [ -f "$config_file" ] || return 0
  [ "$(digest "$config_file")" = "$(sed -n 's/^sha256 //p' "$written_file" 2>/dev/null)" ] || changed_at "$config_file"
}

note_written() {
  printf 'sha256 %s\npublic %s\n' "$(digest "$config_file")" "$public_digest" >"$written_file.new"
  mv "$written_file.new" "$written_file"
}

apply() {
  umask 077
  claim "$config_directory"
  chmod 700 "$config_directory"
  # In the same directory, so that renaming puts the whole file in place at once.
  new=$config_file.new
  rm -rf "$new"
  content >"$new" || { rm -f "$new"; fail "cannot write $new: is the disk full?"; }
  if is_written; then
    rm -f "$new"
    note_written
    return 0
  fi
  altered=$(altered_by_others_at)
  if [ -n "$altered" ] && cmp -s "$new" "$config_file"; then altered=; fi
  [ ! -d "$config_file" ] || rm -rf "$config_file"
  mv "$new" "$config_file"
  note_written
  restart_if_started_since "$altered"
}`;

/** The step that writes a configuration file, readable by its owner alone, in one piece. */
export function configScript({ program, text, publicDigest }: ConfigSpec): string {
  return stepScript({
    owner: program.owner,
    name: "config",
    timeLimitSeconds: configTimeLimitSeconds,
    variables: `${assignments(
      { public_digest: publicDigest },
      { config_directory: program.owner.layout.configDirectory },
    )}\n${programVariables(program)}`,
    functions: [...programControl(program), printingFunction("content", text), functions, deletion("config", program)],
  });
}
