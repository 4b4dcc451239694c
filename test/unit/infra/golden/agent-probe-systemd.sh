set -u
export LC_ALL=C PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
marker_name='.deeptrace-managed'
version='0123456789abcdef0123456789abcdef01234567'
unit_sha256='dc5a67a530766ec2d064b893022a8983c840ba0b00628a8ec67e8e945ea69383'
expected_owner='root:root'
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

property() {
  printf '%s\n' "$properties" | sed -n "s/^$1=//p"
}

probe_service() {
  words=
  if [ ! -d /run/systemd/system ]; then echo 'no systemd'; return; fi
  properties=$(systemctl show "$unit" -p LoadState -p ActiveState -p SubState -p Result -p UnitFileState -p DropInPaths 2>&1) || { echo 'systemd does not answer'; return; }
  state=$(property ActiveState)
  if [ "$(property LoadState)" = not-found ] && [ "$state" != active ]; then echo absent; return; fi
  case $state in
    active) say active ;;
    inactive) say 'inactive (stopped)' ;;
    failed) say "failed ($(property Result))" ;;
    *) say "$state ($(property SubState))" ;;
  esac
  case $(property UnitFileState) in
    enabled) say enabled ;;
    masked | masked-runtime) say masked ;;
    *) say disabled ;;
  esac
  if [ ! -f "$unit_file" ]; then say 'unit file missing'; elif [ "$(digest "$unit_file")" != "$unit_sha256" ]; then say 'unit file altered'; fi
  case $(property DropInPaths) in
    *"/$unit.d/"*) say "overridden by $(property DropInPaths | tr ' ' '\n' | grep -F "/$unit.d/" | head -n 1)" ;;
  esac
  [ "$state" != active ] || say_what_runs
  echo "$words"
}

main() {
  printf 'source=%s\n' "$(probe_source)"
  printf 'install=%s\n' "$(probe_install)"
  probe_config
  printf 'service=%s\n' "$(probe_service)"
}

main </dev/null
