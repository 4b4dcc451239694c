import type { ManagedProgram } from "./managed-program";
import { endProcesses, ourProcesses } from "./our-processes";
import { printingFunction } from "./shell-quote";
import { supervisorMark, supervisorText } from "./supervisor";

/** Shell functions that find a program that runs as a plain process, and its supervisor. */
export const processLookup = `${ourProcesses}

program_pid() {
  pid=$(cat "$pid_file" 2>/dev/null) || pid=
  if [ -n "$pid" ] && grep -qzxF "DEEPTRACE_STATE=$state_directory" "/proc/$pid/environ" 2>/dev/null; then
    printf '%s' "$pid"
  else
    our_pids | sort -n | head -n 1
  fi
}

is_running() {
  [ -n "$(program_pid)" ]
}

supervisor_pids() {
  grep -lzxF "${supervisorMark}=$state_directory" /proc/[0-9]*/environ 2>/dev/null | cut -d / -f 3
}

session_of() {
  sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d ' ' -f 4
}

# The same program started beside ours: in another session than the one that a supervisor gave to ours and all its descendants.
stray_pids() {
  main=$(program_pid)
  session=$(session_of "\${main:-0}")
  for pid in $(our_pids); do
    of=$(session_of "$pid")
    [ -z "$of" ] || [ "$of" = "$session" ] || printf '%s\\n' "$pid"
  done
}`;

const stopAndLog = `# Killed, as one that still could act might start the program once more.
end_supervisor() {
  tries=0
  while supervisors=$(supervisor_pids) && [ -n "$supervisors" ]; do
    [ "$tries" -lt 50 ] || fail "the supervisor, process $(printf '%s\\n' "$supervisors" | head -n 1), cannot be ended: does it hang in the kernel?"
    kill -s KILL $supervisors 2>/dev/null || true
    tries=$((tries + 1))
    pause
  done
}

stop_program() {
  end_supervisor
  pids=$(our_pids)
  [ -z "$pids" ] || ask_to_stop
  [ -z "$pids" ] || end_processes $pids
  [ -z "$(our_pids)" ] || fail "process $(program_pid) cannot be ended: does it hang in the kernel?"
  rm -f "$pid_file"
}

last_words() {
  tail -n 8 "$log_file" 2>/dev/null
}

is_startable() {
  :
}

times_ended() {
  grep -c '^deeptrace: ended with status ' "$log_file" 2>/dev/null || true
}`;

const start = `is_supervised() {
  [ -n "$(supervisor_pids)" ] && supervisor_text | cmp -s - "$supervisor_file"
}

# In a session of its own it outlives the login, and it must not inherit the lock. It takes the pid of a program that runs already.
supervise() {
  end_supervisor
  supervisor_text | put "$supervisor_file" || exit 1
  env "${supervisorMark}=$state_directory" setsid nohup sh "$supervisor_file" "$@" </dev/null >>"$log_file" 2>&1 9>&- &
}

start_program() {
  stop_program
  supervise
  tries=0
  until is_running; do
    tries=$((tries + 1))
    [ "$tries" -lt 25 ] || explain "ended right after its start"
    pause
  done
}`;

/** Shell functions that find, start, stop and read the log of a program that runs as a plain process. */
export function processControl(program: ManagedProgram): string {
  const text = printingFunction("supervisor_text", supervisorText(program));
  return [processLookup, endProcesses, askToStop(program), stopAndLog, text, start].join("\n\n");
}

/** An agent has a script of its own to stop it; what that leaves is ended by signals. */
function askToStop({ kind }: ManagedProgram): string {
  if (kind === "assembler") return "ask_to_stop() {\n  :\n}";
  return `ask_to_stop() {
  [ -x "$source_directory/scripts/stop_agent.sh" ] || return 0
  (cd "$source_directory" && env "DEEPTRACE_STATE=$state_directory" ./scripts/stop_agent.sh) >/dev/null 2>&1 9>&- || true
}`;
}
