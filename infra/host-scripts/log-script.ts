import type { ManagedProgram } from "./managed-program";
import { programVariables } from "./program-control";
import { assignments } from "./shell-quote";

/** Seconds without a sign of life from the reader after which a host ends what follows a log. */
export const followPatienceSeconds = 60;

const fromJournal = 'journalctl -u "$unit" -n "$lines" --no-pager -q -o short-iso --no-hostname';
const fromFile = 'tail -n "$lines"';

const mustHaveFile = `[ -f "$log_file" ] || {
    printf '%s\\n' "$label: there is no log at $log_file: is it rolled out here?" >&2
    exit 1
  }`;

/**
 * Prints the last lines of a program's log, from the journal or its log file. With `follow` it goes on until stdin ends or brings no byte for
 * {@link followPatienceSeconds}, and then leaves no process behind.
 */
export function logScript(program: ManagedProgram, lines: number, follow: boolean): string {
  const bySystemd = program.serviceManager === "systemd";
  const once = bySystemd ? fromJournal : `${fromFile} "$log_file"`;
  const following = bySystemd ? `${fromJournal} -f` : `${fromFile} -F "$log_file" 2>/dev/null`;
  return `set -u
export LC_ALL=C PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
${assignments({ label: program.owner.label, lines: String(lines) })}
${programVariables(program)}

main() {
  ${bySystemd ? "" : `${mustHaveFile}\n  `}${follow ? untilNobodyReads(following) : `${once} </dev/null`}
}

main; exit
`;
}

/** What follows a log would outlive a lost connection until the next line, so the reader shows on stdin that it is still there. */
function untilNobodyReads(command: string): string {
  return `${command} </dev/null &
  follower=$!
  while kill -0 "$follower" 2>/dev/null && [ -n "$(timeout ${followPatienceSeconds} head -c 1)" ]; do :; done
  kill "$follower" 2>/dev/null
  wait "$follower" 2>/dev/null
  return 0`;
}
