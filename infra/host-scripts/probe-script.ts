import { createHash } from "node:crypto";
import { processLookup } from "./control-as-process";
import { systemdLookup } from "./control-by-systemd";
import { ownerWords } from "./facet-words";
import { markerName } from "./host-layout";
import { installManifest } from "./install-manifest";
import type { ManagedProgram } from "./managed-program";
import { programVariables } from "./program-control";
import { processRecord } from "./running-record";
import { digests } from "./script-frame";
import { assignments } from "./shell-quote";
import { unitText } from "./unit-text";

/** What a program on a host is compared with; holds no secret. */
export interface ProbeSpec {
  readonly program: ManagedProgram;
  readonly version: string;
  /** SHA-256 of the file of its steps. */
  readonly steps: string;
}

const shared = String.raw`newline='
'

# What is set in a variable needs no process of its own, and hundreds of agents are looked at.
cut_short() {
  case $1 in
    ?????????????*) short=${"$"}{1%"${"$"}{1#????????????}"} ;;
    *) short=$1 ;;
  esac
}

${digests}

# One line of at most three names.
some() {
  printf '%s\n' "$1" | head -n 3 | sed '$!s/$/,/' | tr '\n' ' ' | sed 's/ $//'
  count=$(printf '%s\n' "$1" | grep -c .)
  [ "$count" -le 3 ] || printf ' and %s more' "$((count - 3))"
}`;

const steps = `# Root runs this file, so nobody else may have written it.
probe_steps() {
  if [ ! -e "$steps_file" ]; then echo absent; return; fi
  sum_up "$steps_file"
  if [ -L "$steps_file" ] || [ "$(stat -c '%a %u' "$steps_file")" != "600 $own_uid" ] || [ "$sum" != "$steps_sha256" ]; then echo altered
  else echo well
  fi
}`;

const source = String.raw`git_there() {
  git -c safe.directory='*' -C "$source_directory" --no-optional-locks "$@"
}

probe_source() {
  if [ ! -e "$source_directory" ]; then echo absent; return; fi
  command -v git >/dev/null 2>&1 || { echo 'cannot be told: git is missing'; return; }
  # Commit and changes in one answer. A git of before 2.11 gives none, nor does one that cannot read the checkout: those are asked in parts.
  state=$(git_there status --porcelain=v2 --branch 2>/dev/null) || state=
  case $state in
    '# branch.oid '[0-9a-f]*) head=${"$"}{state#'# branch.oid '} ;;
    *) head=$(git_there rev-parse --verify --quiet HEAD 2>/dev/null) || { echo 'no git checkout'; return; } ;;
  esac
  head=${"$"}{head%%"$newline"*}
  cut_short "$head"
  words="at $short"
  [ "$head" = "$version" ] || { cut_short "$version"; words="$words instead of $short"; }
  case $state in
    '' | *"$newline"[!#]*)
      changes=$(git_there status --porcelain 2>&1) || { echo "$words, unreadable"; return; }
      [ -z "$changes" ] || words="$words, dirty: $(some "$(printf '%s\n' "$changes" | cut -c 4-)")"
      ;;
  esac
  echo "$words"
}`;

const agentInstall = String.raw`# What became of each of the files named, one per line.
altered_how() {
  while IFS= read -r file; do
    path=$install_directory/$file
    if ! grep -qF "  ./$file" "$manifest_file"; then printf '%s (added)\n' "$file"
    elif [ -L "$path" ]; then printf '%s (a link)\n' "$file"
    elif [ ! -e "$path" ]; then printf '%s (missing)\n' "$file"
    elif grep -qxF "$(digest "$path")  ./$file" "$manifest_file"; then printf '%s (mode %s)\n' "$file" "$(stat -c %a "$path")"
    else printf '%s\n' "$file"
    fi
  done
}

probe_install() {
  installed=$(installed_version)
  if [ -z "$installed" ]; then echo absent; return; fi
  cut_short "$installed"
  words="installed from $short"
  [ "$installed" = "$version" ] || { cut_short "$version"; words="$words instead of $short"; }
  altered=$(altered_files)
  [ -z "$altered" ] || words="$words, altered: $(some "$(printf '%s\n' "$altered" | altered_how)")"
  echo "$words"
}`;

const assemblerInstall = `probe_install() {
  if [ ! -e "$bundle" ]; then echo absent; return; fi
  sum_up "$bundle"
  cut_short "$sum"
  words="version $short"
  [ "$sum" = "$version" ] || { cut_short "$version"; words="$words instead of $short"; }
  echo "$words"
}`;

const config = String.raw`probe_config() {
  if [ ! -f "$config_file" ]; then echo config=absent; return; fi
  {
    read -r mode ids owner
    read -r around_mode around_ids around_owner
  } <<END
$(stat -c '%a %u:%g %U:%G' "$config_file" "$config_directory")
END
  [ "$ids" != "$own_uid:$own_gid" ] || owner=$expected_owner
  [ ! -L "$config_file" ] || owner="$owner symbolic link"
  [ "$around_mode $around_ids" = "700 $own_uid:$own_gid" ] || owner="$owner in a directory $(printf '%04d' "$around_mode") $around_owner"
  printf 'config.attributes=%04d %s\n' "$mode" "$owner"
  printf 'config.base64=%s\n' "$(base64 -w 0 <"$config_file")"
}`;

const runs = String.raw`say() {
  if [ -z "$words" ]; then words=$1; else words="$words, $1"; fi
}

# What the process was started with, as far as it still is what is there.
say_what_runs() {
  if [ ! -f "$running_file" ]; then say 'started by others'; return; fi
  runs_version= runs_config= runs_public= written=
  while read -r key value more; do
    case $key in
      version) runs_version=$value ;;
      config) runs_config=$value runs_public=$more ;;
    esac
  done <"$running_file"
  [ ! -f "$written_file" ] || while read -r key value more; do [ "$key" != sha256 ] || written=$value; done <"$written_file"
  cut_short "$runs_version"
  say "runs $short with config $runs_public"
  [ "$runs_config" = "$written" ] || say 'older than the file'
  if ! is_noted_process; then
    if is_older_than_config; then say 'older than the file'; fi
    if is_older_than_program; then say 'older than the program'; fi
  fi
}

say_strays() {
  strays=$(stray_pids)
  [ -z "$strays" ] || say "another copy runs as process $(printf '%s\n' "$strays" | head -n 1)"
}`;

const systemdService = String.raw`# Read once and without another process: this is asked for very often.
read_properties() {
  while IFS='=' read -r key value; do
    case $key in
      LoadState) load_state=$value ;;
      ActiveState) active_state=$value ;;
      SubState) sub_state=$value ;;
      Result) end_result=$value ;;
      UnitFileState) unit_file_state=$value ;;
      DropInPaths) drop_in_paths=$value ;;
      MainPID) main_pid=$value ;;
    esac
  done
}

program_pid() {
  [ "$main_pid" = 0 ] || printf '%s' "$main_pid"
}

probe_service() {
  words=
  if [ ! -d /run/systemd/system ]; then echo 'no systemd'; return; fi
  properties=$(systemctl show "$unit" -p LoadState -p ActiveState -p SubState -p Result -p UnitFileState -p DropInPaths -p MainPID 2>&1) || { echo 'systemd does not answer'; return; }
  load_state= active_state= sub_state= end_result= unit_file_state= drop_in_paths= main_pid=0
  read_properties <<END
$properties
END
  if [ "$load_state" = not-found ] && [ "$active_state" != active ]; then echo absent; return; fi
  case $active_state in
    active) say active ;;
    inactive) say 'inactive (stopped)' ;;
    failed) say "failed ($end_result)" ;;
    *) say "$active_state ($sub_state)" ;;
  esac
  case $unit_file_state in
    enabled) say enabled ;;
    masked | masked-runtime) say masked ;;
    *) say disabled ;;
  esac
  if [ ! -e "$unit_file" ]; then say 'unit file missing'; elif [ "$load_state" = masked ]; then :; else
    sum_up "$unit_file"
    [ "$sum" = "$unit_sha256" ] || say 'unit file altered'
  fi
  case $drop_in_paths in
    *"/$unit.d/"*) say "overridden by $(printf '%s\n' "$drop_in_paths" | tr ' ' '\n' | grep -F "/$unit.d/" | head -n 1)" ;;
  esac
  [ "$active_state" != active ] || say_what_runs
  say_strays
  echo "$words"
}`;

const processService = `probe_service() {
  words=
  if [ ! -d "$state_directory" ]; then echo absent; return; fi
  supervisors=$(supervisor_pids)
  if is_running; then
    say active
    [ -n "$supervisors" ] || say unsupervised
    say_what_runs
    say_strays
  elif [ -n "$supervisors" ]; then
    say 'failed (is started again)'
  else
    say 'inactive (stopped)'
  fi
  echo "$words"
}`;

const main = `main() {
  ids=$(id)
  own_uid=\${ids#uid=} own_gid=\${ids#* gid=}
  own_uid=\${own_uid%%[!0-9]*} own_gid=\${own_gid%%[!0-9]*}
  printf steps=
  probe_steps
  PROBE_SOURCE
  printf install=
  probe_install
  probe_config
  printf service=
  probe_service
}

main </dev/null
`;

/** The read-only script that prints the facts of a host; its words are those of `facet-words.ts` when all is well. */
export function probeScript({ program, version, steps: stepsSha256 }: ProbeSpec): string {
  const { owner, serviceManager, kind } = program;
  const isAgent = kind === "agent";
  const bySystemd = serviceManager === "systemd";
  const unitSha256 = bySystemd ? createHash("sha256").update(unitText(program)).digest("hex") : "";
  const values = {
    marker_name: markerName,
    version,
    unit_sha256: unitSha256,
    steps_sha256: stepsSha256,
    expected_owner: ownerWords(serviceManager),
  };
  const parts = [
    shared,
    steps,
    bySystemd ? systemdLookup : processLookup,
    installManifest(program),
    processRecord,
    ...(isAgent ? [source, agentInstall] : [assemblerInstall]),
    config,
    runs,
    bySystemd ? systemdService : processService,
    main.replace("PROBE_SOURCE", isAgent ? "printf source=\n  probe_source" : ":"),
  ];
  return `set -u
export LC_ALL=C PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
${assignments(values, { config_directory: owner.layout.configDirectory, steps_file: owner.layout.stepsFile })}
${programVariables(program)}

${parts.join("\n\n")}`;
}
