import { type ManagedProgram, processCommand } from "./managed-program";
import { assignments, quotePath } from "./shell-quote";

/** A log has at most so many bytes, and so many again in the one before it. */
export const logLimitBytes = 10 * 1024 * 1024;

/** Seconds between two looks at the program and its log. */
const lookEverySeconds = 2;
const longestDelaySeconds = 60;

/** Marks a supervisor and what it runs for itself, but not the program. */
export const supervisorMark = "DEEPTRACE_SUPERVISES";

/**
 * The shell script that keeps a plain process running, as systemd does with Restart=on-failure: one that fails is started again, after 1 s, then
 * 2 s and so on up to 60 s; one that was asked to stop is not. It takes the pid of a program that runs already. The log is copied and emptied, as
 * the program appends to it.
 */
export function supervisorText(program: ManagedProgram): string {
  const { directory, command, environment } = processCommand(program);
  const { layout, label } = program.owner;
  const words = command.map((word) => (word.startsWith("$HOME/") ? quotePath(word) : word)).join(" ");
  const settings = Object.entries(environment).map(([name, path]) => `${name}=${quotePath(path)}`);
  const notePid = program.kind === "agent" ? "" : `\n    printf '%s\\n' "$pid" >"$pid_file"`;
  return `#!/bin/sh
# Made by deeptrace for ${label}: starts it again when it fails, and keeps its log short.
set -u
${assignments({ log_limit: String(logLimitBytes) }, { log_file: layout.logFile, pid_file: layout.pidFile })}

launch() {
  cd ${quotePath(directory)} && unset ${supervisorMark} && exec env ${settings.join(" ")} ${words}
}

# One that has ended stays in the process table until it is waited for.
is_alive() {
  { read -r line <"/proc/$1/stat"; } 2>/dev/null || return 1
  case \${line##*) } in
    Z* | X*) return 1 ;;
  esac
}

shorten_log() {
  [ "$(wc -c <"$log_file")" -gt "$log_limit" ] || return 0
  cp "$log_file" "$log_file.1.new" && mv "$log_file.1.new" "$log_file.1"
  : >"$log_file"
}

pid=\${1:-}
delay=1
while :; do
  begun=$(date +%s)
  if [ -z "$pid" ]; then
    launch &
    pid=$!${notePid}
  fi
  while is_alive "$pid"; do
    shorten_log
    sleep ${lookEverySeconds}
  done
  status=0
  wait "$pid" || status=$?
  pid=
  # What systemd, too, takes for an end that was asked for: SIGHUP, SIGINT, SIGPIPE, SIGTERM.
  case $status in
    0 | 129 | 130 | 141 | 143) exit 0 ;;
  esac
  [ "$(($(date +%s) - begun))" -lt ${longestDelaySeconds} ] || delay=1
  echo "deeptrace: ended with status $status, is started again in $delay s"
  sleep "$delay"
  delay=$((delay * 2))
  [ "$delay" -le ${longestDelaySeconds} ] || delay=${longestDelaySeconds}
done
`;
}
