set -eu
umask 022
export LC_ALL=C PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
label='agent "web-1"'
name='web-1'
marker_name='.deeptrace-managed'
lock_file='/opt/deeptrace/agents/.web-1.lock'
version='0123456789abcdef0123456789abcdef01234567'
config_sha256='cb78bd8a17f7b751fe0d4663366dcbc257204033ef7ddd64b1f2969573b5b2e2'
unit_mark='# Made by deeptrace for web-1; changes by hand are undone by the next rollout.'
unit='deeptrace-agent@web-1.service'
health_address='127.0.0.1'
health_host='127.0.0.1'
health_port='7899'
health_path='/api/status'
health_name='web-1'
deadline='30'
unit_file='/etc/systemd/system/deeptrace-agent@web-1.service'
state_directory='/var/lib/deeptrace/agents/web-1'
pid_file='/var/lib/deeptrace/agents/web-1/agent.pid'
log_file='/var/lib/deeptrace/agents/web-1/agent.log'
running_file='/var/lib/deeptrace/agents/web-1/.running'
manifest_file='/opt/deeptrace/agents/web-1/install.manifest'
config_file='/etc/deeptrace/agents/web-1/deeptrace.toml'
written_file='/etc/deeptrace/agents/web-1/.written'
source_directory='/opt/deeptrace/agents/web-1/source'
install_directory='/opt/deeptrace/agents/web-1/install'
program_files='/opt/deeptrace/agents/web-1/install'

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
  rmdir '/opt/deeptrace/agents' '/opt/deeptrace' '/etc/deeptrace/agents' '/etc/deeptrace' '/var/lib/deeptrace/agents' '/var/lib/deeptrace' 2>/dev/null || true
}

# Our processes are known by their environment, whether or not the pid file is still there.
our_pids() {
  grep -lzxF "DEEPTRACE_STATE=$state_directory" /proc/[0-9]*/environ 2>/dev/null | cut -d / -f 3
}

# The same program started beside the unit: ours by its environment, but not in the unit's control group.
stray_pids() {
  our_pids | sed 's|.*|/proc/&/cgroup|' | xargs -r grep -LF "/$unit" 2>/dev/null | cut -d / -f 3
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

unit_is() {
  [ "$(systemctl show "$unit" -p "$1" --value 2>/dev/null)" = "$2" ]
}

program_pid() {
  pid=$(systemctl show "$unit" -p MainPID --value 2>/dev/null) || return 0
  [ "$pid" = 0 ] || printf '%s' "$pid"
}

is_running() {
  unit_is ActiveState active && unit_is SubState running
}

times_ended() {
  systemctl show "$unit" -p NRestarts --value 2>/dev/null
}

# Without its unit file, or masked, it can only be stopped.
is_startable() {
  unit_is LoadState loaded
}

start_program() {
  end_strays
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

is_whole() {
  [ "$(sed -n '1s/^# version //p' "$manifest_file" 2>/dev/null)" = "$version" ] || fail "version $version is not installed here: run pulumi up --refresh"
  [ "$(digest "$config_file")" = "$config_sha256" ] || fail "$config_file is not the one of this rollout: run pulumi up --refresh"
}

runs_what_it_should() {
  settle_record
  is_running && [ "$(what_would_run)" = "$(noted)" ] && answers
}

# Whatever stands in the way of our own unit file: a mask, drop-ins, a link in its place.
clear_unit() {
  for directory in /etc/systemd/system /run/systemd/system; do
    [ ! -L "$directory/$unit" ] || rm -f "$directory/$unit"
    rm -rf "$directory/$unit.d"
  done
}

delete_service() {
  if [ -d /run/systemd/system ]; then
    systemctl stop "$unit" 2>/dev/null || true
    ! is_running || fail "systemctl stop $unit failed: it still runs"
    systemctl disable --quiet "$unit" 2>/dev/null || true
  fi
  end_strays
  clear_unit
  ! grep -qxF "$unit_mark" "$unit_file" 2>/dev/null || rm -f "$unit_file"
  if [ -d /run/systemd/system ]; then
    systemctl daemon-reload
    systemctl reset-failed "$unit" 2>/dev/null || true
  fi
  discard "$state_directory"
}

unit_content() {
  cat <<'DEEPTRACE_END'
# Made by deeptrace for web-1; changes by hand are undone by the next rollout.
[Unit]
Description=DeepTrace agent web-1
Wants=network-online.target
After=network-online.target
StartLimitIntervalSec=0

[Service]
Type=exec
WorkingDirectory=/opt/deeptrace/agents/web-1/source
Environment=DEEPTRACE_CONFIG=/etc/deeptrace/agents/web-1/deeptrace.toml
Environment=DEEPTRACE_PREFIX=/opt/deeptrace/agents/web-1/install
Environment=DEEPTRACE_STATE=/var/lib/deeptrace/agents/web-1
ExecStart=/opt/deeptrace/agents/web-1/source/scripts/run_agent.sh
SyslogIdentifier=deeptrace-agent
Restart=on-failure
RestartSec=2
KillMode=mixed
TimeoutStopSec=20
ReadWritePaths=/var/lib/deeptrace/agents/web-1 -/sys/fs/bpf
CapabilityBoundingSet=CAP_SYS_PTRACE CAP_BPF CAP_PERFMON CAP_SYS_RESOURCE CAP_DAC_OVERRIDE CAP_DAC_READ_SEARCH CAP_KILL CAP_SYSLOG
NoNewPrivileges=yes
ProtectSystem=strict
PrivateTmp=yes
PrivateDevices=yes
PrivateMounts=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
ProtectClock=yes
ProtectHostname=yes
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
UMask=0077
ProtectHome=read-only
ProtectKernelTunables=yes
ProtectProc=default
SystemCallFilter=~@clock @cpu-emulation @module @mount @obsolete @raw-io @reboot @swap
SystemCallErrorNumber=EPERM

[Install]
WantedBy=multi-user.target
DEEPTRACE_END
}

# When the first override was made, or our unit file altered: a process that started since runs by it.
meddled_at() {
  {
    for file in "/etc/systemd/system/$unit.d"/* "/run/systemd/system/$unit.d"/*; do [ ! -e "$file" ] || changed_at "$file"; done
    [ ! -f "$unit_file" ] || unit_content | cmp -s - "$unit_file" || changed_at "$unit_file"
  } | sort -n | head -n 1
}

apply() {
  [ -d /run/systemd/system ] || fail "this host does not run systemd: set service_manager = \"process\" for it in the fleet file"
  is_whole
  (umask 077 && claim "$state_directory" && chmod 700 "$state_directory")
  settle_record
  meddled=$(meddled_at)
  clear_unit
  unit_content >"$unit_file.new" || fail "cannot write $unit_file.new: is the disk full?"
  if cmp -s "$unit_file.new" "$unit_file"; then rm -f "$unit_file.new"; else mv "$unit_file.new" "$unit_file"; fi
  systemctl daemon-reload
  systemctl enable --quiet "$unit" 2>/dev/null || fail "systemctl enable $unit failed"
  end_strays
  if runs_what_it_should; then restart_if_started_since "$meddled"; else restart_program; fi
}

main() {
  trap 'fail "service: not done within 180 s, so it was ended"' TERM
  hold_lock
  case "$2" in
    apply) apply ;;
    delete) delete_service ;;
    *) fail "service: unknown action $2" ;;
  esac
}

main "$@" </dev/null
