import type { ManagedProgram } from "./managed-program";
import { programControl, programVariables } from "./program-control";
import { assignments } from "./shell-quote";

const main = String.raw`digest() {
  { sha256sum <"$1"; } 2>/dev/null | cut -d ' ' -f 1
}

main() {
  printf 'installed=%s\n' "$(sed -n '1s/^# version //p' "$manifest_file" 2>/dev/null)"
  printf 'config=%s\n' "$(digest "$config_file")"
  if is_running; then
    printf 'pid=%s\n' "$(program_pid)"
    printf 'since=%s\n' "$(started_at)"
    printf 'running.version=%s\n' "$(sed -n 's/^version //p' "$running_file" 2>/dev/null)"
    printf 'running.config=%s\n' "$(sed -n 's/^config \([^ ]*\) .*/\1/p' "$running_file" 2>/dev/null)"
  fi
  status=0
  answer=$(ask 2>/dev/null) || status=$?
  printf 'api.status=%s\n' "$status"
  printf 'api.base64=%s\n' "$(printf '%s' "$answer" | head -c 65536 | base64 | tr -d '\n')"
}

main </dev/null
`;

/**
 * The read-only script that prints what a program runs and what it says of itself, as `key=value` lines: `installed`, `config` (SHA-256 of the
 * file), `pid`, `since` (seconds since the epoch, late by at most two), `running.version`, `running.config`, `api.status` (0: it answered, 3:
 * nothing on the host can ask) and `api.base64`.
 */
export function statusScript(program: ManagedProgram): string {
  return `set -u
export LC_ALL=C PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
${assignments({ label: program.owner.label })}
${programVariables(program)}

${programControl(program).join("\n\n")}

${main}`;
}
