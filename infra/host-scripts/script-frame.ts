import type { Facet } from "../ledger/ledger-contract";
import type { HostLayout } from "./host-layout";
import { markerName } from "./host-layout";
import { assignments, quotePath } from "./shell-quote";

/** Whose step a script is: what messages call it, and the name in its marker files. */
export interface StepOwner {
  /** `agent "web-1"` or `assembler`. */
  readonly label: string;
  readonly name: string;
  readonly layout: HostLayout;
}

/** One script on a host. It is called with `LABEL apply …` or `LABEL delete` and changes only what is not as it should be. */
export interface Step {
  readonly owner: StepOwner;
  /** What the step does, for the message if it takes too long. */
  readonly name: "teardown" | "control";
  readonly timeLimitSeconds: number;
  /** Values and paths that the functions use. */
  readonly variables: string;
  /** Definitions of shell functions; `apply_<name>` or `delete_<name>` among them. */
  readonly functions: readonly string[];
}

/** What one facet's step adds to the file of all steps of a program. */
export interface StepPart {
  readonly facet: Facet;
  readonly timeLimitSeconds: number;
  /** Whether `apply` takes something on stdin, which the function `received` then prints. */
  readonly takesInput?: boolean;
  /** Values and paths that the functions use; what parts share is the same in each. */
  readonly variables: string;
  /** Definitions of shell functions; `apply_<facet>` and `delete_<facet>` among them. */
  readonly functions: readonly string[];
}

/** Shell functions for the SHA-256 of a file, 64 hex digits: as the variable `sum`, which needs no process of its own, or printed. */
export const digests = String.raw`sum_up() {
  sum=$({ sha256sum <"$1"; } 2>/dev/null) || true
  sum=${"$"}{sum%% *}
}

digest() {
  sum_up "$1"
  printf '%s\n' "$sum"
}`;

const shared = String.raw`newline='
'

fail() {
  printf '%s: %s\n' "$label" "$*" >&2
  exit 1
}

# Two steps of one owner never work at once, whoever started them.
hold_lock() {
  [ -d "${"$"}{lock_file%/*}" ] || mkdir -p "${"$"}{lock_file%/*}"
  exec 9>"$lock_file"
  command -v flock >/dev/null 2>&1 || return 0
  waited=0
  until flock -n 9; do
    waited=$((waited + 1))
    [ "$waited" -lt 300 ] || fail "another rollout has been at work here for 300 s: wait for its end, then run pulumi up again"
    sleep 1
  done
}

is_ours() {
  marked=
  { IFS= read -r marked <"$1/$marker_name"; } 2>/dev/null || true
  [ "$marked" = "$name" ]
}

# Standard input becomes the whole content of a file, or the file stays as it was.
put() {
  { cat >"$1.new" && mv "$1.new" "$1"; } 2>/dev/null && return 0
  unwritten "$1"
}

# The same for a text that is at hand, without a process to copy it.
put_text() {
  { printf '%s\n' "$2" >"$1.new" && mv "$1.new" "$1"; } 2>/dev/null && return 0
  unwritten "$1"
}

unwritten() {
  rm -f "$1.new"
  fail "cannot write $1: is the disk full?"
}

claim() {
  ! is_ours "$1" || return 0
  if [ ! -d "$1" ]; then
    mkdir -p "$1"
  # A claim that was cut off leaves an empty marker, or the beginnings of one.
  elif [ -s "$1/$marker_name" ] || [ ! -e "$1/$marker_name" ]; then
    rm -f "$1/$marker_name.new"
    [ -z "$(ls -A "$1" 2>/dev/null)" ] ||
      fail "$1 is there already and has no $marker_name with the name $name in it: move it away, or write that file if it is ours"
  fi
  put_text "$1/$marker_name" "$name"
}

# The marker goes last, so that an interrupted removal can be taken up again.
discard() {
  is_ours "$1" || return 0
  find "$1" -mindepth 1 -maxdepth 1 ! -name "$marker_name" -exec rm -rf {} +
  rm -rf "$1"
}

${digests}

# The line of a program's output that says what went wrong.
reason() {
  printf '%s\n' "$1" | grep -m 1 -E '^(fatal|error|remote):' || printf '%s\n' "$1" | grep . | tail -n 1 || echo "no reason given"
}`;

/** The beginning of every script that changes a host: what all of them share, then the given variables and functions. */
export function scriptHead(owner: StepOwner, variables: readonly string[], functions: readonly string[]): string {
  const { label, name, layout } = owner;
  const parents = layout.parents.map(quotePath).join(" ");
  const lines = variables.flatMap((each) => each.split("\n"));
  return `set -eu
umask 022
export LC_ALL=C PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
${assignments({ label, name, marker_name: markerName }, { lock_file: layout.lockFile })}
${[...new Set(lines)].join("\n")}

${shared}

remove_empty_parents() {
  rmdir ${parents} 2>/dev/null || true
}

${functions.join("\n\n")}`;
}

/**
 * The whole text of a step. It runs only if it arrived whole: everything is in functions, and the last line calls the first of them.
 * Programs that it starts cannot eat the rest of it, as their stdin is empty.
 */
export function stepScript({ owner, name, timeLimitSeconds, variables, functions }: Step): string {
  return `${scriptHead(owner, [variables], functions)}

main() {
  trap 'fail "${name}: not done within ${timeLimitSeconds} s, so it was ended"' TERM
  hold_lock
  case "$2" in
    apply) apply_${name} ;;
    delete) delete_${name} ;;
    *) fail "${name}: unknown action $2" ;;
  esac
}

main "$@" </dev/null
`;
}
