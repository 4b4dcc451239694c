set -u
export LC_ALL=C PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
marker_name='.deeptrace-managed'
version='89abcdef89abcdef89abcdef89abcdef89abcdef89abcdef89abcdef89abcdef'
unit_sha256=''
expected_owner='own'
config_directory="$HOME"'/.deeptrace/assembler/config'
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
supervisor_file="$HOME"'/.deeptrace/assembler/state/.supervisor.sh'
bundle="$HOME"'/.deeptrace/assembler/deeptrace-assembler.js'
program_files="$HOME"'/.deeptrace/assembler/deeptrace-assembler.js'

short() {
  printf '%.12s' "$1"
}

digest() {
  { sha256sum <"$1"; } 2>/dev/null | cut -d ' ' -f 1
}

# One line of at most three names.
some() {
  printf '%s\n' "$1" | head -n 3 | sed '$!s/$/,/' | tr '\n' ' ' | sed 's/ $//'
  count=$(printf '%s\n' "$1" | grep -c .)
  [ "$count" -le 3 ] || printf ' and %s more' "$((count - 3))"
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

altered_files() {
  [ "$(digest "$bundle")" = "$(installed_version)" ] || printf '%s\n' "$bundle"
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

probe_install() {
  if [ ! -e "$bundle" ]; then echo absent; return; fi
  installed=$(digest "$bundle")
  words="version $(short "$installed")"
  [ "$installed" = "$version" ] || words="$words instead of $(short "$version")"
  echo "$words"
}

probe_config() {
  if [ ! -f "$config_file" ]; then echo config=absent; return; fi
  owner=$(stat -c %U:%G "$config_file")
  [ "$(stat -c %u:%g "$config_file")" != "$(id -u):$(id -g)" ] || owner=$expected_owner
  [ ! -L "$config_file" ] || owner="$owner symbolic link"
  around=$(stat -c '%a %u:%g' "$config_directory")
  [ "$around" = "700 $(id -u):$(id -g)" ] || owner="$owner in a directory $(stat -c '%04a %U:%G' "$config_directory")"
  printf 'config.attributes=%04d %s\n' "$(stat -c %a "$config_file")" "$owner"
  printf 'config.base64=%s\n' "$(base64 <"$config_file" | tr -d '\n')"
}

say() {
  if [ -z "$words" ]; then words=$1; else words="$words, $1"; fi
}

# What the process was started with, as far as it still is what is there.
say_what_runs() {
  if [ ! -f "$running_file" ]; then say 'started by others'; return; fi
  say "runs $(short "$(sed -n 's/^version //p' "$running_file")") with config $(sed -n 's/^config [^ ]* //p' "$running_file")"
  [ "$(sed -n 's/^config \([^ ]*\) .*/\1/p' "$running_file")" = "$(sed -n 's/^sha256 //p' "$written_file" 2>/dev/null)" ] ||
    say 'older than the file'
  if ! is_noted_process; then
    if is_older_than_config; then say 'older than the file'; fi
    if is_older_than_program; then say 'older than the program'; fi
  fi
}

say_strays() {
  strays=$(stray_pids)
  [ -z "$strays" ] || say "another copy runs as process $(printf '%s\n' "$strays" | head -n 1)"
}

probe_service() {
  words=
  if [ ! -d "$state_directory" ]; then echo absent; return; fi
  supervisors=$(supervisor_pids)
  if is_running; then
    say active
    [ -n "$supervisors" ] || say unsupervised
    say_what_runs
    say_strays
  elif [ -n "$supervisors" ]; then
    say 'failed (is started again)'
  else
    say 'inactive (stopped)'
  fi
  echo "$words"
}

main() {
  :
  printf 'install=%s\n' "$(probe_install)"
  probe_config
  printf 'service=%s\n' "$(probe_service)"
}

main </dev/null
