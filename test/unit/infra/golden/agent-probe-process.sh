set -u
export LC_ALL=C PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
marker_name='.deeptrace-managed'
version='0123456789abcdef0123456789abcdef01234567'
unit_sha256=''
expected_owner='own'
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

short() {
  printf '%.12s' "$1"
}

digest() {
  { sha256sum <"$1"; } 2>/dev/null | cut -d ' ' -f 1
}

# One line of at most three names.
some() {
  printf '%s\n' "$1" | head -n 3 | tr '\n' ' ' | sed 's/ $//; s/ /, /g'
  count=$(printf '%s\n' "$1" | grep -c .)
  [ "$count" -le 3 ] || printf ' and %s more' "$((count - 3))"
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

probe_install() {
  installed=$(installed_version)
  if [ -z "$installed" ]; then echo absent; return; fi
  words="installed from $(short "$installed")"
  [ "$installed" = "$version" ] || words="$words instead of $(short "$version")"
  altered=$(altered_files)
  [ -z "$altered" ] || words="$words, altered: $(some "$altered")"
  echo "$words"
}

probe_config() {
  if [ ! -f "$config_file" ]; then echo config=absent; return; fi
  owner=$(stat -c %U:%G "$config_file")
  [ "$(stat -c %u:%g "$config_file")" != "$(id -u):$(id -g)" ] || owner=$expected_owner
  [ ! -L "$config_file" ] || owner="$owner symbolic link"
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
}

probe_service() {
  words=
  if [ ! -d "$state_directory" ]; then echo absent; return; fi
  if is_running; then say active; say_what_runs; else say 'inactive (stopped)'; fi
  echo "$words"
}

main() {
  printf 'source=%s\n' "$(probe_source)"
  printf 'install=%s\n' "$(probe_install)"
  probe_config
  printf 'service=%s\n' "$(probe_service)"
}

main </dev/null
