set -eu
umask 022
export LC_ALL=C PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
label='agent "web-1"'
name='web-1'
marker_name='.deeptrace-managed'
lock_file="$HOME"'/.deeptrace/agents/.web-1.lock'
public_digest='0123456789ab'
config_directory="$HOME"'/.deeptrace/agents/web-1/config'
unit='deeptrace-agent@web-1.service'
health_address='127.0.0.1'
health_host='127.0.0.1'
health_port='7899'
health_path='/api/status'
health_name='web-1'
deadline='30'
unit_file='/etc/systemd/system/deeptrace-agent@web-1.service'
state_directory="$HOME"'/.deeptrace/agents/web-1/state'
pid_file="$HOME"'/.deeptrace/agents/web-1/state/agent.pid'
log_file="$HOME"'/.deeptrace/agents/web-1/state/agent.log'
running_file="$HOME"'/.deeptrace/agents/web-1/state/.running'
manifest_file="$HOME"'/.deeptrace/agents/web-1/install.manifest'
config_file="$HOME"'/.deeptrace/agents/web-1/config/deeptrace.toml'
written_file="$HOME"'/.deeptrace/agents/web-1/config/.written'
source_directory="$HOME"'/.deeptrace/agents/web-1/source'
install_directory="$HOME"'/.deeptrace/agents/web-1/install'

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
  rmdir "$HOME"'/.deeptrace/agents' "$HOME"'/.deeptrace' 2>/dev/null || true
}

# Our processes are known by their environment, whether or not the pid file is still there.
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
}

ask_to_stop() {
  [ -x "$source_directory/scripts/stop_agent.sh" ] || return 0
  (cd "$source_directory" && env "DEEPTRACE_STATE=$state_directory" ./scripts/stop_agent.sh) >/dev/null 2>&1 9>&- || true
}

# A process that is ending has no environment any more but may still hold its port.
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
}

# In a session of its own it outlives the login, and it must not inherit the lock.
start_program() {
  stop_program
  ( cd "$HOME"'/.deeptrace/agents/web-1/source' && exec env DEEPTRACE_CONFIG="$HOME"'/.deeptrace/agents/web-1/config/deeptrace.toml' DEEPTRACE_PREFIX="$HOME"'/.deeptrace/agents/web-1/install' DEEPTRACE_STATE="$HOME"'/.deeptrace/agents/web-1/state' setsid nohup ./scripts/run_agent.sh ) </dev/null >>"$log_file" 2>&1 9>&- &
  started_pid=$!
  tries=0
  until is_running; do
    tries=$((tries + 1))
    kill -0 "$started_pid" 2>/dev/null && [ "$tries" -lt 25 ] || explain "ended right after its start"
    pause
  done
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
password = "it's $HOME"
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
