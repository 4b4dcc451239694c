import { type ManagedProgram, processCommand } from "./managed-program";
import { quotePath } from "./shell-quote";

/** Shell functions that find a program that runs as a plain process. */
export const processLookup = `# Our processes are known by their environment, whether or not the pid file is still there.
our_pids() {
  grep -lzxF "DEEPTRACE_STATE=$state_directory" /proc/[0-9]*/environ 2>/dev/null | cut -d / -f 3
}

program_pid() {
  pid=$(cat "$pid_file" 2>/dev/null) || pid=
  if [ -n "$pid" ] && our_pids | grep -qx "$pid"; then
    printf '%s' "$pid"
  else
    our_pids | sort -n | head -n 1
  fi
}

is_running() {
  [ -n "$(program_pid)" ]
}`;

const stopAndLog = `# A process that is ending has no environment any more but may still hold its port.
some_live() {
  for pid in "$@"; do
    case $(sed 's/.*) //' "/proc/$pid/stat" 2>/dev/null) in
      '' | Z* | X*) ;;
      *) return 0 ;;
    esac
  done
  return 1
}

stop_program() {
  pids=$(our_pids)
  [ -z "$pids" ] || ask_to_stop
  for signal in TERM KILL; do
    tries=0
    while some_live $pids && [ "$tries" -lt 75 ]; do
      [ "$tries" -gt 0 ] || kill -s "$signal" $pids 2>/dev/null || true
      tries=$((tries + 1))
      pause
    done
  done
  [ -z "$(our_pids)" ] || fail "process $(program_pid) cannot be ended: does it hang in the kernel?"
  rm -f "$pid_file"
}

last_words() {
  tail -n 8 "$log_file" 2>/dev/null
}`;

/** Shell functions that find, start, stop and read the log of a program that runs as a plain process. */
export function processControl(program: ManagedProgram): string {
  return [processLookup, askToStop(program), stopAndLog, startAsProcess(program)].join("\n\n");
}

/** An agent has a script of its own to stop it; what that leaves is ended by signals. */
function askToStop({ kind }: ManagedProgram): string {
  if (kind === "assembler") return "ask_to_stop() {\n  :\n}";
  return `ask_to_stop() {
  [ -x "$source_directory/scripts/stop_agent.sh" ] || return 0
  (cd "$source_directory" && env "DEEPTRACE_STATE=$state_directory" ./scripts/stop_agent.sh) >/dev/null 2>&1 9>&- || true
}`;
}

function startAsProcess(program: ManagedProgram): string {
  const { directory, command, environment } = processCommand(program);
  const words = command.map((word) => (word.startsWith("$HOME/") ? quotePath(word) : word)).join(" ");
  const settings = Object.entries(environment).map(([name, path]) => `${name}=${quotePath(path)}`);
  return `# In a session of its own it outlives the login, and it must not inherit the lock.
start_program() {
  stop_program
  ( cd ${quotePath(directory)} && exec env ${settings.join(" ")} setsid nohup ${words} ) </dev/null >>"$log_file" 2>&1 9>&- &
  started_pid=$!
${program.kind === "agent" ? "" : `  printf '%s\\n' "$started_pid" >"$pid_file"\n`}  tries=0
  until is_running; do
    tries=$((tries + 1))
    kill -0 "$started_pid" 2>/dev/null && [ "$tries" -lt 25 ] || explain "ended right after its start"
    pause
  done
}`;
}
