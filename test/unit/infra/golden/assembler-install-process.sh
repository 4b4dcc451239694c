set -eu
umask 022
export LC_ALL=C PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
label='assembler'
name='assembler'
marker_name='.deeptrace-managed'
lock_file="$HOME"'/.deeptrace/.assembler.lock'
node='node'
version='89abcdef89abcdef89abcdef89abcdef89abcdef89abcdef89abcdef89abcdef'
upload='/var/tmp/deeptrace-assembler-89abcdef89abcdef.js'
base_directory="$HOME"'/.deeptrace/assembler'
install_directory="$HOME"'/.deeptrace/assembler'
bundle="$HOME"'/.deeptrace/assembler/deeptrace-assembler.js'
unit='deeptrace-assembler.service'
health_address='127.0.0.1'
health_host='127.0.0.1'
health_port='7900'
health_path='/health/live'
health_name=''
deadline='30'
unit_file='/etc/systemd/system/deeptrace-assembler.service'
state_directory="$HOME"'/.deeptrace/assembler/state'
pid_file="$HOME"'/.deeptrace/assembler/state/assembler.pid'
log_file="$HOME"'/.deeptrace/assembler/state/assembler.log'
running_file="$HOME"'/.deeptrace/assembler/state/.running'
manifest_file="$HOME"'/.deeptrace/assembler/install.manifest'
config_file="$HOME"'/.deeptrace/assembler/config/assembler.toml'
written_file="$HOME"'/.deeptrace/assembler/config/.written'

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
  rmdir "$HOME"'/.deeptrace' 2>/dev/null || true
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
  :
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
  ( cd "$HOME"'/.deeptrace/assembler' && exec env DEEPTRACE_STATE="$HOME"'/.deeptrace/assembler/state' setsid nohup node "$HOME"'/.deeptrace/assembler/deeptrace-assembler.js' --config "$HOME"'/.deeptrace/assembler/config/assembler.toml' ) </dev/null >>"$log_file" 2>&1 9>&- &
  started_pid=$!
  printf '%s\n' "$started_pid" >"$pid_file"
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

write_manifest() {
  {
    printf '# version %s\n' "$version"
    cd "$install_directory" && find . -type f ! -name "$marker_name" ! -name '*.log' | LC_ALL=C sort | while IFS= read -r file; do
      sha256sum "$file" || exit 1
    done
  } >"$manifest_file.new" && mv "$manifest_file.new" "$manifest_file"
}

installed_version() {
  sed -n '1s/^# version //p' "$manifest_file" 2>/dev/null
}

# Names of installed files that are not as they were installed, one per line.
altered_files() {
  sed 1d "$manifest_file" | while read -r digest file; do
    [ "$( { sha256sum <"$install_directory/$file"; } 2>/dev/null | cut -d ' ' -f 1)" = "$digest" ] || printf '%s\n' "$file" | sed 's|^\./||'
  done
}

is_intact() {
  [ "$(installed_version)" = "$version" ] && [ -z "$(altered_files)" ]
}

check_node() {
  command -v "$node" >/dev/null 2>&1 || fail "$node is missing on this host: install Node.js 20 or later (Debian: apt-get install nodejs), or set node = \"/path/to/node\" in [server]"
  "$node" -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 20 ? 0 : 1)' 2>/dev/null ||
    fail "$node on this host is $("$node" --version 2>&1 | tail -n 1), the assembler needs 20 or later: install it, or set node = \"/path/to/node\" in [server]"
}

apply() {
  check_node
  claim "$base_directory"
  if [ "$(installed_version)" = "$version" ] && [ "$(digest "$bundle")" = "$version" ]; then return 0; fi
  altered=
  [ "$(installed_version)" != "$version" ] || altered=$(changed_at "$bundle")
  # Copied first and judged then, so that nobody else can change it in between.
  cp "$upload" "$bundle.new" 2>/dev/null || fail "the uploaded program $upload is not there any more: run pulumi up --refresh"
  if [ "$(digest "$bundle.new")" != "$version" ]; then
    rm -f "$bundle.new"
    fail "the uploaded program $upload is not what was sent: run pulumi up --refresh"
  fi
  chmod 644 "$bundle.new"
  mv "$bundle.new" "$bundle"
  printf '# version %s\n' "$version" >"$manifest_file"
  rm -f "$upload"
  restart_if_started_since "$altered"
}

delete_install() {
  discard "$base_directory"
  rm -f "$lock_file"
  remove_empty_parents
}

main() {
  trap 'fail "install: not done within 120 s, so it was ended"' TERM
  hold_lock
  case "$2" in
    apply) apply ;;
    delete) delete_install ;;
    *) fail "install: unknown action $2" ;;
  esac
}

main "$@" </dev/null
