set -eu
umask 022
export LC_ALL=C PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
label='assembler'
name='assembler'
marker_name='.deeptrace-managed'
lock_file='/opt/deeptrace/.assembler.lock'
public_digest='0123456789ab'
config_directory='/etc/deeptrace/assembler'
unit='deeptrace-assembler.service'
health_address='127.0.0.1'
health_host='127.0.0.1'
health_port='7900'
health_path='/health/live'
health_name=''
deadline='30'
unit_file='/etc/systemd/system/deeptrace-assembler.service'
state_directory='/var/lib/deeptrace/assembler'
pid_file='/var/lib/deeptrace/assembler/assembler.pid'
log_file='/var/lib/deeptrace/assembler/assembler.log'
running_file='/var/lib/deeptrace/assembler/.running'
manifest_file='/opt/deeptrace/assembler/install.manifest'
config_file='/etc/deeptrace/assembler/assembler.toml'
written_file='/etc/deeptrace/assembler/.written'

fail() {
  printf '%s: %s\n' "$label" "$*" >&2
  exit 1
}

# Two steps of one owner never work at once, whoever started them.
hold_lock() {
  mkdir -p "$(dirname "$lock_file")"
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
  [ "$(cat "$1/$marker_name" 2>/dev/null)" = "$name" ]
}

claim() {
  if [ -d "$1" ] && [ -n "$(ls -A "$1")" ] && ! is_ours "$1"; then
    fail "$1 is there already and has no $marker_name with the name $name in it: move it away, or write that file if it is ours"
  fi
  mkdir -p "$1"
  [ -e "$1/$marker_name" ] || printf '%s\n' "$name" >"$1/$marker_name"
}

# The marker goes last, so that an interrupted removal can be taken up again.
discard() {
  is_ours "$1" || return 0
  find "$1" -mindepth 1 -maxdepth 1 ! -name "$marker_name" -exec rm -rf {} +
  rm -rf "$1"
}

digest() {
  { sha256sum <"$1"; } 2>/dev/null | cut -d ' ' -f 1
}

# The line of a program's output that says what went wrong.
reason() {
  printf '%s\n' "$1" | grep -m 1 -E '^(fatal|error|remote):' || printf '%s\n' "$1" | grep . | tail -n 1 || echo "no reason given"
}

remove_empty_parents() {
  rmdir '/opt/deeptrace' '/etc/deeptrace' '/var/lib/deeptrace' 2>/dev/null || true
}

unit_is() {
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
}

pause() {
  sleep 0.2 2>/dev/null || sleep 1
}

# What answers on the program's own port; status 3 if nothing on this host can ask.
ask() (
  unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
  if command -v curl >/dev/null 2>&1; then
    curl -fs -m 3 "http://$health_host:$health_port$health_path"
  elif command -v wget >/dev/null 2>&1; then
    wget -q -T 3 -O - "http://$health_host:$health_port$health_path"
  elif command -v bash >/dev/null 2>&1 && command -v timeout >/dev/null 2>&1; then
    timeout 3 bash -c 'exec 3<>"/dev/tcp/$0/$1" && printf "GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n" "$2" >&3 && cat <&3' \
      "$health_address" "$health_port" "$health_path"
  else
    exit 3
  fi
)

# Another program on our port is not us: the answer has the name of who gives it.
answers() {
  status=0
  answer=$(ask 2>/dev/null) || status=$?
  [ "$status" -ne 3 ] || return 0
  [ "$status" -eq 0 ] || return 1
  case $answer in
    "HTTP/1."?" 200"*) ;;
    HTTP/*) return 1 ;;
  esac
  case $(printf '%s' "$answer" | tr -d ' \r\n') in
    *"\"name\":\"$health_name\""*) return 0 ;;
    *'"name":'*) [ -z "$health_name" ] ;;
  esac
}

explain() {
  printf '%s: %s; its last words:\n' "$label" "$1" >&2
  last_words | sed 's/^/  /' >&2
  exit 1
}

wait_until_healthy() {
  until=$(($(date +%s) + deadline))
  until answers && is_running; do
    is_running || explain "ended right after its start"
    [ "$(date +%s)" -lt "$until" ] || explain "does not answer on http://$health_host:$health_port$health_path within $deadline s"
    pause
  done
}

what_would_run() {
  printf 'version %s\n' "$(sed -n '1s/^# version //p' "$manifest_file" 2>/dev/null)"
  printf 'installed %s\n' "$(digest "$manifest_file")"
  printf 'config %s %s\n' "$(digest "$config_file")" "$(sed -n 's/^public //p' "$written_file" 2>/dev/null)"
  printf 'unit %s\n' "$(digest "$unit_file")"
}

restart_program() {
  rm -f "$running_file"
  starting_with=$(what_would_run)
  start_program
  wait_until_healthy
  printf '%s\n' "$starting_with" >"$running_file.new"
  mv "$running_file.new" "$running_file"
}

# Seconds since the epoch, late by at most two: they are whole, and a restart too many is better than one too few.
started_at() {
  pid=$(program_pid)
  [ -n "$pid" ] || return 0
  # The name in parentheses may have spaces, so fields are counted from behind it.
  ticks=$(sed 's/.*) //' "/proc/$pid/stat" 2>/dev/null | cut -d ' ' -f 20)
  uptime=$(cut -d ' ' -f 1 /proc/uptime | tr -d .)
  [ -z "$ticks" ] || echo $(($(date +%s) - (uptime - ticks * 100 / $(getconf CLK_TCK 2>/dev/null || echo 100)) / 100 + 1))
}

# A program that started after a file was altered may run the alteration; one that started before does not.
restart_if_started_since() {
  started=$(started_at)
  if [ -n "$1" ] && [ -n "$started" ] && [ "$started" -ge "$1" ]; then restart_program; fi
}

changed_at() {
  stat -c %Z "$1" 2>/dev/null || true
}

content() {
  cat <<'DEEPTRACE_END'
a = 1
DEEPTRACE_END
}

is_written() {
  [ -f "$config_file" ] && [ ! -L "$config_file" ] && cmp -s "$new" "$config_file" &&
    [ "$(stat -c '%a %u:%g' "$config_file")" = "600 $(id -u):$(id -g)" ]
}

# The moment of a change that was not ours; nothing if the file is as we wrote it last.
altered_by_others_at() {
  [ -f "$config_file" ] || return 0
  [ "$(digest "$config_file")" = "$(sed -n 's/^sha256 //p' "$written_file" 2>/dev/null)" ] || changed_at "$config_file"
}

note_written() {
  printf 'sha256 %s\npublic %s\n' "$(digest "$config_file")" "$public_digest" >"$written_file.new"
  mv "$written_file.new" "$written_file"
}

apply() {
  umask 077
  claim "$config_directory"
  chmod 700 "$config_directory"
  # In the same directory, so that renaming puts the whole file in place at once.
  new=$config_file.new
  rm -rf "$new"
  content >"$new" || { rm -f "$new"; fail "cannot write $new: is the disk full?"; }
  if is_written; then
    rm -f "$new"
    note_written
    return 0
  fi
  altered=$(altered_by_others_at)
  if [ -n "$altered" ] && cmp -s "$new" "$config_file"; then altered=; fi
  [ ! -d "$config_file" ] || rm -rf "$config_file"
  mv "$new" "$config_file"
  note_written
  restart_if_started_since "$altered"
}

delete_config() {
  discard "$config_directory"
}

main() {
  trap 'fail "config: not done within 120 s, so it was ended"' TERM
  hold_lock
  case "$2" in
    apply) apply ;;
    delete) delete_config ;;
    *) fail "config: unknown action $2" ;;
  esac
}

main "$@" </dev/null
