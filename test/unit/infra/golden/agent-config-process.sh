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
supervisor_file="$HOME"'/.deeptrace/agents/web-1/state/.supervisor.sh'
source_directory="$HOME"'/.deeptrace/agents/web-1/source'
install_directory="$HOME"'/.deeptrace/agents/web-1/install'
program_files="$HOME"'/.deeptrace/agents/web-1/install'

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

# Standard input becomes the whole content of a file, or the file stays as it was.
put() {
  { cat >"$1.new" && mv "$1.new" "$1"; } 2>/dev/null && return 0
  rm -f "$1.new"
  fail "cannot write $1: is the disk full?"
}

claim() {
  is_ours "$1" && return 0
  # A claim that was cut off leaves an empty marker, or the beginnings of one.
  if [ -s "$1/$marker_name" ] || [ ! -e "$1/$marker_name" ]; then
    rm -f "$1/$marker_name.new"
    [ -z "$(ls -A "$1" 2>/dev/null)" ] ||
      fail "$1 is there already and has no $marker_name with the name $name in it: move it away, or write that file if it is ours"
  fi
  mkdir -p "$1"
  printf '%s\n' "$name" | put "$1/$marker_name" || exit 1
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
  grep -lzxF "DEEPTRACE_SUPERVISES=$state_directory" /proc/[0-9]*/environ 2>/dev/null | cut -d / -f 3
}

session_of() {
  sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d ' ' -f 4
}

# The same program started beside ours: in another session than the one that a supervisor gave to ours and all its descendants.
stray_pids() {
  main=$(program_pid)
  session=$(session_of "${main:-0}")
  for pid in $(our_pids); do
    of=$(session_of "$pid")
    [ -z "$of" ] || [ "$of" = "$session" ] || printf '%s\n' "$pid"
  done
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

end_processes() {
  for signal in TERM KILL; do
    tries=0
    while some_live "$@" && [ "$tries" -lt 75 ]; do
      [ "$tries" -gt 0 ] || kill -s "$signal" "$@" 2>/dev/null || true
      tries=$((tries + 1))
      pause
    done
  done
}

end_strays() {
  strays=$(stray_pids)
  [ -z "$strays" ] || end_processes $strays
}

ask_to_stop() {
  [ -x "$source_directory/scripts/stop_agent.sh" ] || return 0
  (cd "$source_directory" && env "DEEPTRACE_STATE=$state_directory" ./scripts/stop_agent.sh) >/dev/null 2>&1 9>&- || true
}

# Killed, as one that still could act might start the program once more.
end_supervisor() {
  tries=0
  while supervisors=$(supervisor_pids) && [ -n "$supervisors" ]; do
    [ "$tries" -lt 50 ] || fail "the supervisor, process $(printf '%s\n' "$supervisors" | head -n 1), cannot be ended: does it hang in the kernel?"
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
}

supervisor_text() {
  cat <<'DEEPTRACE_END'
#!/bin/sh
# Made by deeptrace for agent "web-1": starts it again when it fails, and keeps its log short.
set -u
log_limit='10485760'
log_file="$HOME"'/.deeptrace/agents/web-1/state/agent.log'
pid_file="$HOME"'/.deeptrace/agents/web-1/state/agent.pid'

launch() {
  cd "$HOME"'/.deeptrace/agents/web-1/source' && unset DEEPTRACE_SUPERVISES && exec env DEEPTRACE_CONFIG="$HOME"'/.deeptrace/agents/web-1/config/deeptrace.toml' DEEPTRACE_PREFIX="$HOME"'/.deeptrace/agents/web-1/install' DEEPTRACE_STATE="$HOME"'/.deeptrace/agents/web-1/state' ./scripts/run_agent.sh
}

# One that has ended stays in the process table until it is waited for.
is_alive() {
  { read -r line <"/proc/$1/stat"; } 2>/dev/null || return 1
  case ${line##*) } in
    Z* | X*) return 1 ;;
  esac
}

shorten_log() {
  [ "$(wc -c <"$log_file")" -gt "$log_limit" ] || return 0
  cp "$log_file" "$log_file.1.new" && mv "$log_file.1.new" "$log_file.1"
  : >"$log_file"
}

pid=${1:-}
delay=1
while :; do
  begun=$(date +%s)
  if [ -z "$pid" ]; then
    launch &
    pid=$!
  fi
  while is_alive "$pid"; do
    shorten_log
    sleep 2
  done
  status=0
  wait "$pid" || status=$?
  pid=
  # What systemd, too, takes for an end that was asked for: SIGHUP, SIGINT, SIGPIPE, SIGTERM.
  case $status in
    0 | 129 | 130 | 141 | 143) exit 0 ;;
  esac
  [ "$(($(date +%s) - begun))" -lt 60 ] || delay=1
  echo "deeptrace: ended with status $status, is started again in $delay s"
  sleep "$delay"
  delay=$((delay * 2))
  [ "$delay" -le 60 ] || delay=60
done
DEEPTRACE_END
}

is_supervised() {
  [ -n "$(supervisor_pids)" ] && supervisor_text | cmp -s - "$supervisor_file"
}

# In a session of its own it outlives the login, and it must not inherit the lock. It takes the pid of a program that runs already.
supervise() {
  end_supervisor
  supervisor_text | put "$supervisor_file" || exit 1
  env "DEEPTRACE_SUPERVISES=$state_directory" setsid nohup sh "$supervisor_file" "$@" </dev/null >>"$log_file" 2>&1 9>&- &
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

# Whatever a program writes into its log, the secrets of its configuration go no further.
without_secrets() {
  set --
  for file in "$config_file" "$config_file.previous"; do [ ! -f "$file" ] || set -- "$@" "$file"; done
  awk '
    reading {
      if (tolower($0) !~ /(password|passphrase|passwd|secret|token|credential|private_?key|api_?key|ssh_key)["\047]?[ \t]*=[ \t]*"./) next
      sub(/^[^=]*=[ \t]*"/, "")
      sub(/"[ \t]*$/, "")
      gsub(/\\"/, "\"")
      gsub(/\\\\/, "\\")
      secrets[++count] = $0
      next
    }
    {
      for (i = 1; i <= count; i++) {
        rest = $0
        $0 = ""
        while (at = index(rest, secrets[i])) {
          $0 = $0 substr(rest, 1, at - 1) "[secret]"
          rest = substr(rest, at + length(secrets[i]))
        }
        $0 = $0 rest
      }
      print
    }' reading=1 "$@" reading=0 -
}

explain() {
  printf '%s: %s; its last words:\n' "$label" "$1" >&2
  last_words | without_secrets | sed 's/^/  /' >&2
  exit 1
}

wait_until_healthy() {
  until=$(($(date +%s) + deadline))
  ends=$(times_ended)
  until answers && is_running; do
    # It may have been started again since.
    { is_running && [ "$(times_ended)" = "$ends" ]; } || explain "ended right after its start"
    [ "$(date +%s)" -lt "$until" ] || explain "does not answer on http://$health_host:$health_port$health_path within $deadline s"
    pause
  done
}

# Content and mode of every installed file and the aim of every link, one fact per line with the name last.
installed_facts() (
  cd "$install_directory" 2>/dev/null || exit 0
  find . -type f ! -name "$marker_name" ! -name '*.log' -exec sha256sum {} +
  find . -type f ! -name "$marker_name" ! -name '*.log' -exec stat -c '%a  %n' {} +
  find . -type l | while IFS= read -r link; do printf '%s  %s\n' "$(readlink "$link")" "$link"; done
)

write_manifest() {
  {
    printf '# version %s\n' "$version"
    installed_facts
  } >"$manifest_file.new" && mv "$manifest_file.new" "$manifest_file"
}

# Names of files that are not as they were installed, or were added since, one per line.
altered_files() {
  [ -f "$manifest_file" ] || return 0
  { sed 1d "$manifest_file"; installed_facts; } | sort | uniq -u | sed 's|^.*  \./||' | sort -u
}

installed_version() {
  sed -n '1s/^# version //p' "$manifest_file" 2>/dev/null
}

is_intact() {
  [ "$(installed_version)" = "$version" ] && [ -z "$(altered_files)" ]
}

# What is noted of the running program, but for which process it is.
noted() {
  sed '/^process /d' "$running_file" 2>/dev/null
}

# Clock ticks from the boot to the start of a process. Its name may have spaces, so fields are counted from behind it.
start_ticks() {
  sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d ' ' -f 20
}

# A process is known by its number and its start, which no later one shares.
process_mark() {
  pid=$(program_pid)
  [ -z "$pid" ] || printf 'process %s %s\n' "$pid" "$(start_ticks "$pid")"
}

is_noted_process() {
  mark=$(process_mark)
  [ -n "$mark" ] && grep -qxF "$mark" "$running_file" 2>/dev/null
}

# Seconds since the epoch, late by at most two: they are whole, and a restart too many is better than one too few.
started_at() {
  pid=$(program_pid)
  [ -n "$pid" ] || return 0
  ticks=$(start_ticks "$pid")
  uptime=$(cut -d ' ' -f 1 /proc/uptime | tr -d .)
  [ -z "$ticks" ] || echo $(($(date +%s) - (uptime - ticks * 100 / $(getconf CLK_TCK 2>/dev/null || echo 100)) / 100 + 1))
}

# By the clock that nobody can set back.
changed_at() {
  stat -c %Z "$1" 2>/dev/null || true
}

program_changed_at() {
  find "$program_files" ! -type d ! -name '*.log' -exec stat -c %Z {} + 2>/dev/null | sort -n | tail -n 1
}

began_before() {
  started=$(started_at)
  [ -n "$1" ] && [ -n "$started" ] && [ "$started" -lt "$1" ]
}

is_config_as_written() {
  [ "$(digest "$config_file")" = "$(sed -n 's/^sha256 //p' "$written_file" 2>/dev/null)" ]
}

# A process that others started may run what was there then. If that is as it should be again but changed since, nobody knows.
is_older_than_config() {
  is_config_as_written && began_before "$(changed_at "$config_file")"
}

is_older_than_program() {
  [ -z "$(altered_files)" ] && began_before "$(program_changed_at)"
}

what_would_run() {
  printf 'version %s\n' "$(installed_version)"
  printf 'installed %s\n' "$(digest "$manifest_file")"
  printf 'config %s %s\n' "$(digest "$config_file")" "$(sed -n 's/^public //p' "$written_file" 2>/dev/null)"
  printf 'unit %s\n' "$(digest "$unit_file")"
}

note_running() {
  {
    printf '%s\n' "$1"
    process_mark
  } | put "$running_file" || exit 1
}

# To be asked before anything is altered: what a process that came after the noted one runs, by itself or by hand.
settle_record() {
  [ -f "$running_file" ] && is_running && ! is_noted_process || return 0
  if is_older_than_config || is_older_than_program; then
    rm -f "$running_file"
  elif began_before "$(changed_at "$config_file")" || began_before "$(program_changed_at)"; then
    note_running "$(noted)"
  else
    note_running "$(what_would_run)"
  fi
}

restart_program() {
  rm -f "$running_file"
  starting_with=$(what_would_run)
  start_program
  wait_until_healthy
  note_running "$starting_with"
}

# A program that started after a file was altered may run the alteration; one that started before does not.
restart_if_started_since() {
  started=$(started_at)
  if [ -n "$1" ] && [ -n "$started" ] && [ "$started" -ge "$1" ]; then restart_program; fi
}

content() {
  cat <<'DEEPTRACE_END'
password = "it's $HOME"
DEEPTRACE_END
}

update_content() {
  cat <<'DEEPTRACE_END'
{"password":"it's $HOME"}
DEEPTRACE_END
}

# The keys of a file as we write it. To an agent the entries of ebpf.services are one value; every other table is merged key by key.
config_keys() {
  awk '
    /^\[/ { gsub(/^\[+|\]+[ \t]*$/, ""); table = $0; if (table == "ebpf.services") print table; next }
    /^[^#=]+=/ { sub(/[ \t]*=.*/, ""); if (table != "ebpf.services") print table "." $0 }' "$1" | sort -u
}

# An update lays its values over those of the agent, so a key that is gone would stay.
loses_keys() {
  config_keys "$1" | grep -qvxF "$(config_keys "$2")"
}

# Prints the HTTP status of the answer; nothing if nobody on this host can ask.
send_update() (
  unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
  if command -v curl >/dev/null 2>&1; then
    update_content | curl -s -m 20 -o /dev/null -w '%{http_code}' -H 'Content-Type: application/json' -H 'Expect:' --data-binary @- \
      "http://$health_host:$health_port/api/config/update"
  elif command -v bash >/dev/null 2>&1 && command -v timeout >/dev/null 2>&1; then
    update_content | timeout 20 bash -c 'body=$(cat)
      exec 3<>"/dev/tcp/$0/$1" || exit 1
      printf "POST %s HTTP/1.0\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %s\r\n\r\n%s" "$2" "${#body}" "$body" >&3
      read -r _ status _ <&3 && printf %s "$status"' "$health_address" "$health_port" /api/config/update
  fi
)

takes_live() {
  answers && [ "$(send_update 2>/dev/null)" = 200 ]
}

keep_previous() {
  if [ -f "$previous" ] || [ -L "$config_file" ] || [ ! -f "$config_file" ]; then return 0; fi
  cp "$written_file" "$written_file.previous" 2>/dev/null || rm -f "$written_file.previous"
  cp "$config_file" "$previous.new" && mv "$previous.new" "$previous" || fail "cannot write $previous: is the disk full?"
}

forget_previous() {
  rm -f "$previous" "$previous.new" "$written_file.previous"
}

put_in_place() {
  [ ! -d "$config_file" ] || rm -rf "$config_file"
  mv "$new" "$config_file"
  note_written
}

put_previous_back() {
  { cp "$previous" "$new" && mv "$new" "$config_file"; } || fail "cannot put $previous back: is the disk full?"
  if [ -f "$written_file.previous" ]; then
    cp "$written_file.previous" "$written_file.new"
    mv "$written_file.new" "$written_file"
  fi
  # It answers where it did before.
  if health=$(sed -n 's/^health //p' "$written_file" 2>/dev/null) && [ -n "$health" ]; then
    set -- $health
    health_address=$1 health_host=$2 health_port=$3
  fi
}

# Whether the running program, as far as anybody knows, has the configuration of that digest.
runs_config() {
  is_running && [ "$(noted | sed -n 's/^config \([^ ]*\) .*/\1/p')" = "$1" ]
}

come_up() {
  if [ "$1" = live ] && takes_live; then
    wait_until_healthy
    note_running "$(what_would_run)"
  else
    restart_program
  fi
}

# $1: live or restart. What comes up in a subshell may fail there without ending this one.
prove() {
  if words=$(come_up "$1" 2>&1); then
    forget_previous
    return 0
  fi
  words=${words#"$label: "}
  [ -f "$previous" ] || fail "does not come up with the new configuration: $words"
  put_previous_back
  if again=$(come_up restart 2>&1); then
    forget_previous
    fail "the new configuration does not hold, so the previous one is back and runs: $words"
  fi
  fail "comes up neither with the new configuration nor with the previous one, which is back. With the new one: $words
With the previous one: ${again#"$label: "}"
}

is_written() {
  [ -f "$config_file" ] && [ ! -L "$config_file" ] && cmp -s "$new" "$config_file" &&
    [ "$(stat -c '%a %u:%g' "$config_file")" = "600 $(id -u):$(id -g)" ]
}

note_written() {
  printf 'sha256 %s\npublic %s\nhealth %s %s %s\n' "$(digest "$config_file")" "$public_digest" \
    "$health_address" "$health_host" "$health_port" | put "$written_file" || exit 1
}

own_directory() {
  claim "$config_directory"
  chmod 700 "$config_directory"
  [ "$(stat -c '%u:%g' "$config_directory")" = "$(id -u):$(id -g)" ] || chown "$(id -u):$(id -g)" "$config_directory"
}

apply() {
  umask 077
  own_directory
  previous=$config_file.previous
  # In the same directory, so that renaming puts the whole file in place at once.
  new=$config_file.new
  rm -rf "$new"
  content >"$new" || { rm -f "$new"; fail "cannot write $new: is the disk full?"; }
  settle_record
  if is_written; then
    if [ ! -f "$previous" ] || runs_config "$(digest "$new")"; then
      rm -f "$new"
      note_written
      forget_previous
      return 0
    fi
  fi
  if [ -f "$previous" ]; then
    # An earlier step was cut off here: what runs has proven nothing.
    put_in_place
    if is_startable; then prove restart; fi
  elif ! is_running || ! is_startable || runs_config "$(digest "$new")"; then
    put_in_place
  else
    way=live
    if [ "$(noted)" != "$(what_would_run)" ] || loses_keys "$config_file" "$new"; then way=restart; fi
    keep_previous
    put_in_place
    prove "$way"
  fi
}

delete_config() {
  discard "$config_directory"
}

main() {
  trap 'fail "config: not done within 210 s, so it was ended"' TERM
  hold_lock
  case "$2" in
    apply) apply ;;
    delete) delete_config ;;
    *) fail "config: unknown action $2" ;;
  esac
}

main "$@" </dev/null
