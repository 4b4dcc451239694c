/** Shell functions that find, start and read the log of a program that systemd runs. */
export const systemdControl = `unit_is() {
  [ "$(systemctl show "$unit" -p "$1" --value)" = "$2" ]
}

program_pid() {
  pid=$(systemctl show "$unit" -p MainPID --value 2>/dev/null) || return 0
  [ "$pid" = 0 ] || printf '%s' "$pid"
}

is_running() {
  unit_is ActiveState active && unit_is SubState running
}

start_program() {
  systemctl reset-failed "$unit" 2>/dev/null || true
  # Its own message would come on many lines; the log has the reason.
  systemctl restart "$unit" >/dev/null 2>&1 || explain "did not start"
}

last_words() {
  journalctl -u "$unit" -n 8 --no-pager -o cat 2>/dev/null
}`;
