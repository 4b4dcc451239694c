set -u
export LC_ALL=C PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
marker_name='.deeptrace-managed'
version='0123456789abcdef0123456789abcdef01234567'
unit_sha256=''
expected_owner='own'
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

probe_source() {
  if [ ! -e "$source_directory" ]; then echo absent; return; fi
  command -v git >/dev/null 2>&1 || { echo 'cannot be told: git is missing'; return; }
  export GIT_OPTIONAL_LOCKS=0
  head=$(git -c safe.directory='*' -C "$source_directory" rev-parse --verify --quiet HEAD 2>/dev/null) || { echo 'no git checkout'; return; }
  words="at $(short "$head")"
  [ "$head" = "$version" ] || words="$words instead of $(short "$version")"
  changes=$(git -c safe.directory='*' -C "$source_directory" status --porcelain 2>&1) || { echo "$words, unreadable"; return; }
  [ -z "$changes" ] || words="$words, dirty: $(some "$(printf '%s\n' "$changes" | cut -c 4-)")"
  echo "$words"
}

# What became of each of the files named, one per line.
altered_how() {
  while IFS= read -r file; do
    path=$install_directory/$file
    if ! grep -qF "  ./$file" "$manifest_file"; then printf '%s (added)\n' "$file"
    elif [ -L "$path" ]; then printf '%s (a link)\n' "$file"
    elif [ ! -e "$path" ]; then printf '%s (missing)\n' "$file"
    elif grep -qxF "$(digest "$path")  ./$file" "$manifest_file"; then printf '%s (mode %s)\n' "$file" "$(stat -c %a "$path")"
    else printf '%s\n' "$file"
    fi
  done
}

probe_install() {
  installed=$(installed_version)
  if [ -z "$installed" ]; then echo absent; return; fi
  words="installed from $(short "$installed")"
  [ "$installed" = "$version" ] || words="$words instead of $(short "$version")"
  altered=$(altered_files)
  [ -z "$altered" ] || words="$words, altered: $(some "$(printf '%s\n' "$altered" | altered_how)")"
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
  printf 'source=%s\n' "$(probe_source)"
  printf 'install=%s\n' "$(probe_install)"
  probe_config
  printf 'service=%s\n' "$(probe_service)"
}

main </dev/null
