import { deletion } from "./deletions";
import { agentEnvironment, type ManagedProgram } from "./managed-program";
import type { StepPart } from "./script-frame";
import { assignments, quotePath } from "./shell-quote";

const apply = `# When the first altered file was altered.
altered_at() {
  altered_files | while IFS= read -r file; do changed_at "$install_directory/$file"; done | sort -n | head -n 1
}

# An installation leaves a file alone that looks right to it, and what it does not know.
remove_altered() {
  altered_files | while IFS= read -r file; do rm -rf "$install_directory/$file"; done
}

apply_install() {
  [ -d "$source_directory" ] || fail "no checkout in $source_directory to install from"
  if is_intact; then return 0; fi
  altered=
  [ "$(installed_version)" != "$version" ] || altered=$(altered_at)
  [ -f "$source_directory/scripts/install_agent.sh" ] || fail "the checkout has no scripts/install_agent.sh: is its repository one of an agent?"
  settle_record
  remove_altered
  # Half an installation must never pass for a whole one.
  rm -f "$manifest_file"
  mkdir -p "$install_directory"
  if ! run_installation >"$install_log" 2>&1; then
    [ -s "$install_log" ] || fail "scripts/install_agent.sh failed without a word: is the disk full?"
    fail "scripts/install_agent.sh failed: $(reason "$(tail -n 5 "$install_log")") (all it said is in $install_log there)"
  fi
  write_manifest || fail "cannot write $manifest_file: is the disk full?"
  restart_if_started_since "$altered"
}`;

/** Installs what the checkout holds, if it is not installed whole already: word `version=COMMIT`. */
export function installStep(program: ManagedProgram): StepPart {
  const { layout } = program.owner;
  const settings = Object.entries(agentEnvironment(layout)).map(([name, path]) => `${name}=${quotePath(path)}`);
  const run = `run_installation() {
  script=./scripts/install_agent.sh
  cd "$source_directory"
  if [ -x "$script" ]; then set -- "$script"; else set -- sh "$script"; fi
  env ${settings.join(" ")} "$@" 9>&-
}`;
  return {
    facet: "install",
    // An agent may be compiled by its installation.
    timeLimitSeconds: 1800,
    variables: assignments(
      {},
      { base_directory: layout.baseDirectory, install_log: `${layout.baseDirectory}/install.log` },
    ),
    functions: [run, apply, deletion("install", program)],
  };
}
