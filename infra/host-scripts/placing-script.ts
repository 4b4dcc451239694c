import { printingFunction, quotePath } from "./shell-quote";
import type { StepsFile } from "./steps-script";

/** Exit status of a host that let us in and could not take the file. */
export const notPlaced = 73;

/** Puts the file of a program's steps on its host, whole or not at all, readable by its owner alone; one that is there already stays. */
export function placingScript({ path, text, sha256 }: StepsFile): string {
  return `set -u
umask 022
export LC_ALL=C PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
steps_file=${quotePath(path)}

is_placed() {
  [ -f "$1" ] && [ ! -L "$1" ] && [ -O "$1" ] && [ "$(stat -c %a "$1" 2>/dev/null)" = 600 ] &&
    case $(sha256sum "$1" 2>/dev/null) in ${sha256}*) ;; *) false ;; esac
}

${printingFunction("steps", text)}

main() {
  ! is_placed "$steps_file" || return 0
  {
    mkdir -p "\${steps_file%/*}" && rm -rf "$steps_file.new" && (umask 077 && steps >"$steps_file.new") &&
      is_placed "$steps_file.new" && { [ ! -d "$steps_file" ] || rm -rf "$steps_file"; } && mv "$steps_file.new" "$steps_file"
  } 2>/dev/null && return 0
  rm -f "$steps_file.new"
  printf '%s\\n' "cannot write $steps_file: is the disk full?" >&2
  exit ${notPlaced}
}

main </dev/null
`;
}
