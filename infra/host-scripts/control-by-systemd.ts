import { endProcesses, ourProcesses } from "./our-processes";

/** Shell functions that find what systemd does not know of a program that it runs. */
export const systemdLookup = `${ourProcesses}

# The same program started beside the unit: ours by its environment, but not in the unit's control group.
stray_pids() {
  for pid in $(our_pids); do
    where=
    while read -r group; do where="$where $group"; done 2>/dev/null <"/proc/$pid/cgroup" || continue
    case $where in
      '' | *"/$unit"*) ;;
      *) echo "$pid" ;;
    esac
  done
}`;

const control = `unit_is() {
  [ "$(systemctl show "$unit" -p "$1" --value 2>/dev/null)" = "$2" ]
}

program_pid() {
  pid=$(systemctl show "$unit" -p MainPID --value 2>/dev/null) || return 0
  [ "$pid" = 0 ] || printf '%s' "$pid"
}

is_running() {
  [ "$(systemctl show "$unit" -p ActiveState -p SubState --value 2>/dev/null)" = "active
running" ]
}

times_ended() {
  systemctl show "$unit" -p NRestarts --value 2>/dev/null
}

# Without its unit file, or masked, it can only be stopped.
is_startable() {
  unit_is LoadState loaded
}

start_program() {
  [ -n "\${strays_ended-}" ] || end_strays
  systemctl reset-failed "$unit" 2>/dev/null || true
  # Its own message would come on many lines; the log has the reason.
  systemctl restart "$unit" >/dev/null 2>&1 || explain "did not start"
}

last_words() {
  journalctl -u "$unit" -n 8 --no-pager -o cat 2>/dev/null
}`;

/** Shell functions that find, start and read the log of a program that systemd runs. */
export const systemdControl = `${systemdLookup}\n\n${endProcesses}\n\n${control}`;
