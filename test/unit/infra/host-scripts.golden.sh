#### in agent-source-systemd
set -eu
umask 022
export LC_ALL=C PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
label='agent "web-1"'
name='web-1'
marker_name='.deeptrace-managed'
lock_file='/opt/deeptrace/agents/.web-1.lock'
repo='https://example.com/agent'\''s.git'
commit='0123456789abcdef0123456789abcdef01234567'
base_directory='/opt/deeptrace/agents/web-1'
source_directory='/opt/deeptrace/agents/web-1/source'

#### in agent-source-systemd, agent-install-systemd, agent-config-systemd, agent-service-systemd, agent-restart-systemd, agent-teardown-systemd, assembler-install-systemd, assembler-config-systemd, assembler-service-systemd, assembler-teardown-systemd, agent-source-process, agent-install-process, agent-config-process, agent-service-process, agent-restart-process, agent-teardown-process, assembler-install-process, assembler-config-process, assembler-service-process, assembler-teardown-process
fail() {
  printf '%s: %s\n' "$label" "$*" >&2
  exit 1
}

#### in agent-source-systemd, agent-install-systemd, agent-config-systemd, agent-service-systemd, agent-restart-systemd, agent-teardown-systemd, assembler-install-systemd, assembler-config-systemd, assembler-service-systemd, assembler-teardown-systemd, agent-source-process, agent-install-process, agent-config-process, agent-service-process, agent-restart-process, agent-teardown-process, assembler-install-process, assembler-config-process, assembler-service-process, assembler-teardown-process
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

#### in agent-source-systemd, agent-install-systemd, agent-config-systemd, agent-service-systemd, agent-restart-systemd, agent-teardown-systemd, assembler-install-systemd, assembler-config-systemd, assembler-service-systemd, assembler-teardown-systemd, agent-source-process, agent-install-process, agent-config-process, agent-service-process, agent-restart-process, agent-teardown-process, assembler-install-process, assembler-config-process, assembler-service-process, assembler-teardown-process
is_ours() {
  [ "$(cat "$1/$marker_name" 2>/dev/null)" = "$name" ]
}

#### in agent-source-systemd, agent-install-systemd, agent-config-systemd, agent-service-systemd, agent-restart-systemd, agent-teardown-systemd, assembler-install-systemd, assembler-config-systemd, assembler-service-systemd, assembler-teardown-systemd, agent-source-process, agent-install-process, agent-config-process, agent-service-process, agent-restart-process, agent-teardown-process, assembler-install-process, assembler-config-process, assembler-service-process, assembler-teardown-process
# Standard input becomes the whole content of a file, or the file stays as it was.
put() {
  { cat >"$1.new" && mv "$1.new" "$1"; } 2>/dev/null && return 0
  rm -f "$1.new"
  fail "cannot write $1: is the disk full?"
}

#### in agent-source-systemd, agent-install-systemd, agent-config-systemd, agent-service-systemd, agent-restart-systemd, agent-teardown-systemd, assembler-install-systemd, assembler-config-systemd, assembler-service-systemd, assembler-teardown-systemd, agent-source-process, agent-install-process, agent-config-process, agent-service-process, agent-restart-process, agent-teardown-process, assembler-install-process, assembler-config-process, assembler-service-process, assembler-teardown-process
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

#### in agent-source-systemd, agent-install-systemd, agent-config-systemd, agent-service-systemd, agent-restart-systemd, agent-teardown-systemd, assembler-install-systemd, assembler-config-systemd, assembler-service-systemd, assembler-teardown-systemd, agent-source-process, agent-install-process, agent-config-process, agent-service-process, agent-restart-process, agent-teardown-process, assembler-install-process, assembler-config-process, assembler-service-process, assembler-teardown-process
# The marker goes last, so that an interrupted removal can be taken up again.
discard() {
  is_ours "$1" || return 0
  find "$1" -mindepth 1 -maxdepth 1 ! -name "$marker_name" -exec rm -rf {} +
  rm -rf "$1"
}

#### in agent-source-systemd, agent-install-systemd, agent-config-systemd, agent-service-systemd, agent-probe-systemd, agent-restart-systemd, agent-teardown-systemd, assembler-install-systemd, assembler-config-systemd, assembler-service-systemd, assembler-probe-systemd, assembler-teardown-systemd, agent-source-process, agent-install-process, agent-config-process, agent-service-process, agent-probe-process, agent-restart-process, agent-teardown-process, assembler-install-process, assembler-config-process, assembler-service-process, assembler-probe-process, assembler-teardown-process
digest() {
  { sha256sum <"$1"; } 2>/dev/null | cut -d ' ' -f 1
}

#### in agent-source-systemd, agent-install-systemd, agent-config-systemd, agent-service-systemd, agent-restart-systemd, agent-teardown-systemd, assembler-install-systemd, assembler-config-systemd, assembler-service-systemd, assembler-teardown-systemd, agent-source-process, agent-install-process, agent-config-process, agent-service-process, agent-restart-process, agent-teardown-process, assembler-install-process, assembler-config-process, assembler-service-process, assembler-teardown-process
# The line of a program's output that says what went wrong.
reason() {
  printf '%s\n' "$1" | grep -m 1 -E '^(fatal|error|remote):' || printf '%s\n' "$1" | grep . | tail -n 1 || echo "no reason given"
}

#### in agent-source-systemd, agent-install-systemd, agent-config-systemd, agent-service-systemd, agent-restart-systemd, agent-teardown-systemd
remove_empty_parents() {
  rmdir '/opt/deeptrace/agents' '/opt/deeptrace' '/etc/deeptrace/agents' '/etc/deeptrace' '/var/lib/deeptrace/agents' '/var/lib/deeptrace' 2>/dev/null || true
}

#### in agent-source-systemd, agent-source-process
git_in() {
  directory=$1
  shift
  # The checkout is ours even if somebody changed its owner.
  git -c safe.directory='*' -c advice.detachedHead=false -C "$directory" "$@"
}

#### in agent-source-systemd, agent-source-process
is_right() {
  [ "$(git_in "$source_directory" rev-parse HEAD 2>/dev/null)" = "$commit" ] &&
    status=$(git_in "$source_directory" --no-optional-locks status --porcelain 2>/dev/null) && [ -z "$status" ]
}

#### in agent-source-systemd, agent-source-process
# One commit is all a host needs; servers that do not hand out single commits are asked for everything.
fetch_commit() {
  git_in "$1" cat-file -e "$commit^{commit}" 2>/dev/null && return 0
  words=$(git_in "$1" fetch --quiet --no-tags --depth=1 origin "$commit" 2>&1) && return 0
  words=$(git_in "$1" fetch --quiet --force --tags origin '+refs/heads/*:refs/remotes/origin/*' 2>&1) || return 1
  git_in "$1" cat-file -e "$commit^{commit}" 2>/dev/null && return 0
  words="fatal: the repository has no commit $commit"
  return 1
}

#### in agent-source-systemd, agent-source-process
check_out() {
  words=$(git_in "$1" checkout --quiet --force --detach "$commit" 2>&1)
}

#### in agent-source-systemd, agent-source-process
mend() {
  [ -d "$source_directory/.git" ] || return 1
  # We hold the lock, so a lock file of git is left from a git that was killed.
  find "$source_directory/.git" -maxdepth 1 -name '*.lock' -exec rm -f {} +
  git_in "$source_directory" remote set-url origin "$repo" 2>/dev/null || return 1
  fetch_commit "$source_directory" && check_out "$source_directory" || return 1
  git_in "$source_directory" clean -ffdq 2>/dev/null || return 1
  is_right
}

#### in agent-source-systemd, agent-source-process
# Made beside the old one and renamed, so that there is never half a checkout.
clone() {
  new=$base_directory/.source.new
  rm -rf "$new"
  words=$(git init --quiet "$new" 2>&1) || fail "git init of $new failed: $(reason "$words")"
  git_in "$new" remote add origin "$repo"
  fetch_commit "$new" || fail "git fetch of commit $commit from $repo failed: $(reason "$words")"
  check_out "$new" || fail "git checkout of commit $commit failed: $(reason "$words")"
  rm -rf "$base_directory/.source.old"
  [ ! -e "$source_directory" ] || mv "$source_directory" "$base_directory/.source.old"
  mv "$new" "$source_directory"
  rm -rf "$base_directory/.source.old"
}

#### in agent-source-systemd, agent-source-process
apply() {
  command -v git >/dev/null 2>&1 || fail "git is missing on this host: install it (Debian: apt-get install git)"
  export GIT_TERMINAL_PROMPT=0 GIT_LFS_SKIP_SMUDGE=1 GIT_SSH_COMMAND='ssh -o BatchMode=yes'
  claim "$base_directory"
  is_right || mend || clone
}

#### in agent-source-systemd, agent-teardown-systemd, agent-source-process, agent-teardown-process
delete_source() {
  discard "$base_directory"
  rm -f "$lock_file"
  remove_empty_parents
}

#### in agent-source-systemd, agent-source-process
main() {
  trap 'fail "source: not done within 600 s, so it was ended"' TERM
  hold_lock
  case "$2" in
    apply) apply ;;
    delete) delete_source ;;
    *) fail "source: unknown action $2" ;;
  esac
}

#### in agent-source-systemd, agent-install-systemd, agent-config-systemd, agent-service-systemd, agent-restart-systemd, agent-teardown-systemd, assembler-install-systemd, assembler-config-systemd, assembler-service-systemd, assembler-teardown-systemd, agent-source-process, agent-install-process, agent-config-process, agent-service-process, agent-restart-process, agent-teardown-process, assembler-install-process, assembler-config-process, assembler-service-process, assembler-teardown-process
main "$@" </dev/null

#### in agent-install-systemd
set -eu
umask 022
export LC_ALL=C PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
label='agent "web-1"'
name='web-1'
marker_name='.deeptrace-managed'
lock_file='/opt/deeptrace/agents/.web-1.lock'
version='0123456789abcdef0123456789abcdef01234567'
base_directory='/opt/deeptrace/agents/web-1'
install_log='/opt/deeptrace/agents/web-1/install.log'
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

#### in agent-install-systemd, agent-config-systemd, agent-service-systemd, agent-probe-systemd, agent-restart-systemd, agent-teardown-systemd, assembler-install-systemd, assembler-config-systemd, assembler-service-systemd, assembler-probe-systemd, assembler-teardown-systemd, agent-install-process, agent-config-process, agent-service-process, agent-probe-process, agent-restart-process, agent-teardown-process, assembler-install-process, assembler-config-process, assembler-service-process, assembler-probe-process, assembler-teardown-process
# Our processes are known by their environment, whether or not the pid file is still there.
our_pids() {
  grep -lzxF "DEEPTRACE_STATE=$state_directory" /proc/[0-9]*/environ 2>/dev/null | cut -d / -f 3
}

#### in agent-install-systemd, agent-config-systemd, agent-service-systemd, agent-probe-systemd, agent-restart-systemd, agent-teardown-systemd, assembler-install-systemd, assembler-config-systemd, assembler-service-systemd, assembler-probe-systemd, assembler-teardown-systemd
# The same program started beside the unit: ours by its environment, but not in the unit's control group.
stray_pids() {
  our_pids | sed 's|.*|/proc/&/cgroup|' | xargs -r grep -LF "/$unit" 2>/dev/null | cut -d / -f 3
}

#### in agent-install-systemd, agent-config-systemd, agent-service-systemd, agent-restart-systemd, agent-teardown-systemd, assembler-install-systemd, assembler-config-systemd, assembler-service-systemd, assembler-teardown-systemd, agent-install-process, agent-config-process, agent-service-process, agent-restart-process, agent-teardown-process, assembler-install-process, assembler-config-process, assembler-service-process, assembler-teardown-process
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

#### in agent-install-systemd, agent-config-systemd, agent-service-systemd, agent-restart-systemd, agent-teardown-systemd, assembler-install-systemd, assembler-config-systemd, assembler-service-systemd, assembler-teardown-systemd, agent-install-process, agent-config-process, agent-service-process, agent-restart-process, agent-teardown-process, assembler-install-process, assembler-config-process, assembler-service-process, assembler-teardown-process
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

#### in agent-install-systemd, agent-config-systemd, agent-service-systemd, agent-restart-systemd, agent-teardown-systemd, assembler-install-systemd, assembler-config-systemd, assembler-service-systemd, assembler-teardown-systemd, agent-install-process, agent-config-process, agent-service-process, agent-restart-process, agent-teardown-process, assembler-install-process, assembler-config-process, assembler-service-process, assembler-teardown-process
end_strays() {
  strays=$(stray_pids)
  [ -z "$strays" ] || end_processes $strays
}

#### in agent-install-systemd, agent-config-systemd, agent-service-systemd, agent-restart-systemd, agent-teardown-systemd, assembler-install-systemd, assembler-config-systemd, assembler-service-systemd, assembler-teardown-systemd
unit_is() {
  [ "$(systemctl show "$unit" -p "$1" --value 2>/dev/null)" = "$2" ]
}

#### in agent-install-systemd, agent-config-systemd, agent-service-systemd, agent-restart-systemd, agent-teardown-systemd, assembler-install-systemd, assembler-config-systemd, assembler-service-systemd, assembler-teardown-systemd
program_pid() {
  pid=$(systemctl show "$unit" -p MainPID --value 2>/dev/null) || return 0
  [ "$pid" = 0 ] || printf '%s' "$pid"
}

#### in agent-install-systemd, agent-config-systemd, agent-service-systemd, agent-restart-systemd, agent-teardown-systemd, assembler-install-systemd, assembler-config-systemd, assembler-service-systemd, assembler-teardown-systemd
is_running() {
  unit_is ActiveState active && unit_is SubState running
}

#### in agent-install-systemd, agent-config-systemd, agent-service-systemd, agent-restart-systemd, agent-teardown-systemd, assembler-install-systemd, assembler-config-systemd, assembler-service-systemd, assembler-teardown-systemd
times_ended() {
  systemctl show "$unit" -p NRestarts --value 2>/dev/null
}

#### in agent-install-systemd, agent-config-systemd, agent-service-systemd, agent-restart-systemd, agent-teardown-systemd, assembler-install-systemd, assembler-config-systemd, assembler-service-systemd, assembler-teardown-systemd
# Without its unit file, or masked, it can only be stopped.
is_startable() {
  unit_is LoadState loaded
}

#### in agent-install-systemd, agent-config-systemd, agent-service-systemd, agent-restart-systemd, agent-teardown-systemd, assembler-install-systemd, assembler-config-systemd, assembler-service-systemd, assembler-teardown-systemd
start_program() {
  end_strays
  systemctl reset-failed "$unit" 2>/dev/null || true
  # Its own message would come on many lines; the log has the reason.
  systemctl restart "$unit" >/dev/null 2>&1 || explain "did not start"
}

#### in agent-install-systemd, agent-config-systemd, agent-service-systemd, agent-restart-systemd, agent-teardown-systemd, assembler-install-systemd, assembler-config-systemd, assembler-service-systemd, assembler-teardown-systemd
last_words() {
  journalctl -u "$unit" -n 8 --no-pager -o cat 2>/dev/null
}

#### in agent-install-systemd, agent-config-systemd, agent-service-systemd, agent-restart-systemd, agent-teardown-systemd, assembler-install-systemd, assembler-config-systemd, assembler-service-systemd, assembler-teardown-systemd, agent-install-process, agent-config-process, agent-service-process, agent-restart-process, agent-teardown-process, assembler-install-process, assembler-config-process, assembler-service-process, assembler-teardown-process
pause() {
  sleep 0.2 2>/dev/null || sleep 1
}

#### in agent-install-systemd, agent-config-systemd, agent-service-systemd, agent-restart-systemd, agent-teardown-systemd, assembler-install-systemd, assembler-config-systemd, assembler-service-systemd, assembler-teardown-systemd, agent-install-process, agent-config-process, agent-service-process, agent-restart-process, agent-teardown-process, assembler-install-process, assembler-config-process, assembler-service-process, assembler-teardown-process
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

#### in agent-install-systemd, agent-config-systemd, agent-service-systemd, agent-restart-systemd, agent-teardown-systemd, assembler-install-systemd, assembler-config-systemd, assembler-service-systemd, assembler-teardown-systemd, agent-install-process, agent-config-process, agent-service-process, agent-restart-process, agent-teardown-process, assembler-install-process, assembler-config-process, assembler-service-process, assembler-teardown-process
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

#### in agent-install-systemd, agent-config-systemd, agent-service-systemd, agent-restart-systemd, agent-teardown-systemd, assembler-install-systemd, assembler-config-systemd, assembler-service-systemd, assembler-teardown-systemd, agent-install-process, agent-config-process, agent-service-process, agent-restart-process, agent-teardown-process, assembler-install-process, assembler-config-process, assembler-service-process, assembler-teardown-process
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

#### in agent-install-systemd, agent-config-systemd, agent-service-systemd, agent-restart-systemd, agent-teardown-systemd, assembler-install-systemd, assembler-config-systemd, assembler-service-systemd, assembler-teardown-systemd, agent-install-process, agent-config-process, agent-service-process, agent-restart-process, agent-teardown-process, assembler-install-process, assembler-config-process, assembler-service-process, assembler-teardown-process
explain() {
  printf '%s: %s; its last words:\n' "$label" "$1" >&2
  last_words | without_secrets | sed 's/^/  /' >&2
  exit 1
}

#### in agent-install-systemd, agent-config-systemd, agent-service-systemd, agent-restart-systemd, agent-teardown-systemd, assembler-install-systemd, assembler-config-systemd, assembler-service-systemd, assembler-teardown-systemd, agent-install-process, agent-config-process, agent-service-process, agent-restart-process, agent-teardown-process, assembler-install-process, assembler-config-process, assembler-service-process, assembler-teardown-process
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

#### in agent-install-systemd, agent-config-systemd, agent-service-systemd, agent-probe-systemd, agent-restart-systemd, agent-teardown-systemd, agent-install-process, agent-config-process, agent-service-process, agent-probe-process, agent-restart-process, agent-teardown-process
# Content and mode of every installed file and the aim of every link, one fact per line with the name last.
installed_facts() (
  cd "$install_directory" 2>/dev/null || exit 0
  find . -type f ! -name "$marker_name" ! -name '*.log' -exec sha256sum {} +
  find . -type f ! -name "$marker_name" ! -name '*.log' -exec stat -c '%a  %n' {} +
  find . -type l | while IFS= read -r link; do printf '%s  %s\n' "$(readlink "$link")" "$link"; done
)

#### in agent-install-systemd, agent-config-systemd, agent-service-systemd, agent-probe-systemd, agent-restart-systemd, agent-teardown-systemd, agent-install-process, agent-config-process, agent-service-process, agent-probe-process, agent-restart-process, agent-teardown-process
write_manifest() {
  {
    printf '# version %s\n' "$version"
    installed_facts
  } >"$manifest_file.new" && mv "$manifest_file.new" "$manifest_file"
}

#### in agent-install-systemd, agent-config-systemd, agent-service-systemd, agent-probe-systemd, agent-restart-systemd, agent-teardown-systemd, agent-install-process, agent-config-process, agent-service-process, agent-probe-process, agent-restart-process, agent-teardown-process
# Names of files that are not as they were installed, or were added since, one per line.
altered_files() {
  [ -f "$manifest_file" ] || return 0
  { sed 1d "$manifest_file"; installed_facts; } | sort | uniq -u | sed 's|^.*  \./||' | sort -u
}

#### in agent-install-systemd, agent-config-systemd, agent-service-systemd, agent-probe-systemd, agent-restart-systemd, agent-teardown-systemd, assembler-install-systemd, assembler-config-systemd, assembler-service-systemd, assembler-probe-systemd, assembler-teardown-systemd, agent-install-process, agent-config-process, agent-service-process, agent-probe-process, agent-restart-process, agent-teardown-process, assembler-install-process, assembler-config-process, assembler-service-process, assembler-probe-process, assembler-teardown-process
installed_version() {
  sed -n '1s/^# version //p' "$manifest_file" 2>/dev/null
}

#### in agent-install-systemd, agent-config-systemd, agent-service-systemd, agent-probe-systemd, agent-restart-systemd, agent-teardown-systemd, assembler-install-systemd, assembler-config-systemd, assembler-service-systemd, assembler-probe-systemd, assembler-teardown-systemd, agent-install-process, agent-config-process, agent-service-process, agent-probe-process, agent-restart-process, agent-teardown-process, assembler-install-process, assembler-config-process, assembler-service-process, assembler-probe-process, assembler-teardown-process
is_intact() {
  [ "$(installed_version)" = "$version" ] && [ -z "$(altered_files)" ]
}

#### in agent-install-systemd, agent-config-systemd, agent-service-systemd, agent-probe-systemd, agent-restart-systemd, agent-teardown-systemd, assembler-install-systemd, assembler-config-systemd, assembler-service-systemd, assembler-probe-systemd, assembler-teardown-systemd, agent-install-process, agent-config-process, agent-service-process, agent-probe-process, agent-restart-process, agent-teardown-process, assembler-install-process, assembler-config-process, assembler-service-process, assembler-probe-process, assembler-teardown-process
# What is noted of the running program, but for which process it is.
noted() {
  sed '/^process /d' "$running_file" 2>/dev/null
}

#### in agent-install-systemd, agent-config-systemd, agent-service-systemd, agent-probe-systemd, agent-restart-systemd, agent-teardown-systemd, assembler-install-systemd, assembler-config-systemd, assembler-service-systemd, assembler-probe-systemd, assembler-teardown-systemd, agent-install-process, agent-config-process, agent-service-process, agent-probe-process, agent-restart-process, agent-teardown-process, assembler-install-process, assembler-config-process, assembler-service-process, assembler-probe-process, assembler-teardown-process
# Clock ticks from the boot to the start of a process. Its name may have spaces, so fields are counted from behind it.
start_ticks() {
  sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d ' ' -f 20
}

#### in agent-install-systemd, agent-config-systemd, agent-service-systemd, agent-probe-systemd, agent-restart-systemd, agent-teardown-systemd, assembler-install-systemd, assembler-config-systemd, assembler-service-systemd, assembler-probe-systemd, assembler-teardown-systemd, agent-install-process, agent-config-process, agent-service-process, agent-probe-process, agent-restart-process, agent-teardown-process, assembler-install-process, assembler-config-process, assembler-service-process, assembler-probe-process, assembler-teardown-process
# A process is known by its number and its start, which no later one shares.
process_mark() {
  pid=$(program_pid)
  [ -z "$pid" ] || printf 'process %s %s\n' "$pid" "$(start_ticks "$pid")"
}

#### in agent-install-systemd, agent-config-systemd, agent-service-systemd, agent-probe-systemd, agent-restart-systemd, agent-teardown-systemd, assembler-install-systemd, assembler-config-systemd, assembler-service-systemd, assembler-probe-systemd, assembler-teardown-systemd, agent-install-process, agent-config-process, agent-service-process, agent-probe-process, agent-restart-process, agent-teardown-process, assembler-install-process, assembler-config-process, assembler-service-process, assembler-probe-process, assembler-teardown-process
is_noted_process() {
  mark=$(process_mark)
  [ -n "$mark" ] && grep -qxF "$mark" "$running_file" 2>/dev/null
}

#### in agent-install-systemd, agent-config-systemd, agent-service-systemd, agent-probe-systemd, agent-restart-systemd, agent-teardown-systemd, assembler-install-systemd, assembler-config-systemd, assembler-service-systemd, assembler-probe-systemd, assembler-teardown-systemd, agent-install-process, agent-config-process, agent-service-process, agent-probe-process, agent-restart-process, agent-teardown-process, assembler-install-process, assembler-config-process, assembler-service-process, assembler-probe-process, assembler-teardown-process
# Seconds since the epoch, late by at most two: they are whole, and a restart too many is better than one too few.
started_at() {
  pid=$(program_pid)
  [ -n "$pid" ] || return 0
  ticks=$(start_ticks "$pid")
  uptime=$(cut -d ' ' -f 1 /proc/uptime | tr -d .)
  [ -z "$ticks" ] || echo $(($(date +%s) - (uptime - ticks * 100 / $(getconf CLK_TCK 2>/dev/null || echo 100)) / 100 + 1))
}

#### in agent-install-systemd, agent-config-systemd, agent-service-systemd, agent-probe-systemd, agent-restart-systemd, agent-teardown-systemd, assembler-install-systemd, assembler-config-systemd, assembler-service-systemd, assembler-probe-systemd, assembler-teardown-systemd, agent-install-process, agent-config-process, agent-service-process, agent-probe-process, agent-restart-process, agent-teardown-process, assembler-install-process, assembler-config-process, assembler-service-process, assembler-probe-process, assembler-teardown-process
# By the clock that nobody can set back.
changed_at() {
  stat -c %Z "$1" 2>/dev/null || true
}

#### in agent-install-systemd, agent-config-systemd, agent-service-systemd, agent-probe-systemd, agent-restart-systemd, agent-teardown-systemd, assembler-install-systemd, assembler-config-systemd, assembler-service-systemd, assembler-probe-systemd, assembler-teardown-systemd, agent-install-process, agent-config-process, agent-service-process, agent-probe-process, agent-restart-process, agent-teardown-process, assembler-install-process, assembler-config-process, assembler-service-process, assembler-probe-process, assembler-teardown-process
program_changed_at() {
  find "$program_files" ! -type d ! -name '*.log' -exec stat -c %Z {} + 2>/dev/null | sort -n | tail -n 1
}

#### in agent-install-systemd, agent-config-systemd, agent-service-systemd, agent-probe-systemd, agent-restart-systemd, agent-teardown-systemd, assembler-install-systemd, assembler-config-systemd, assembler-service-systemd, assembler-probe-systemd, assembler-teardown-systemd, agent-install-process, agent-config-process, agent-service-process, agent-probe-process, agent-restart-process, agent-teardown-process, assembler-install-process, assembler-config-process, assembler-service-process, assembler-probe-process, assembler-teardown-process
began_before() {
  started=$(started_at)
  [ -n "$1" ] && [ -n "$started" ] && [ "$started" -lt "$1" ]
}

#### in agent-install-systemd, agent-config-systemd, agent-service-systemd, agent-probe-systemd, agent-restart-systemd, agent-teardown-systemd, assembler-install-systemd, assembler-config-systemd, assembler-service-systemd, assembler-probe-systemd, assembler-teardown-systemd, agent-install-process, agent-config-process, agent-service-process, agent-probe-process, agent-restart-process, agent-teardown-process, assembler-install-process, assembler-config-process, assembler-service-process, assembler-probe-process, assembler-teardown-process
is_config_as_written() {
  [ "$(digest "$config_file")" = "$(sed -n 's/^sha256 //p' "$written_file" 2>/dev/null)" ]
}

#### in agent-install-systemd, agent-config-systemd, agent-service-systemd, agent-probe-systemd, agent-restart-systemd, agent-teardown-systemd, assembler-install-systemd, assembler-config-systemd, assembler-service-systemd, assembler-probe-systemd, assembler-teardown-systemd, agent-install-process, agent-config-process, agent-service-process, agent-probe-process, agent-restart-process, agent-teardown-process, assembler-install-process, assembler-config-process, assembler-service-process, assembler-probe-process, assembler-teardown-process
# A process that others started may run what was there then. If that is as it should be again but changed since, nobody knows.
is_older_than_config() {
  is_config_as_written && began_before "$(changed_at "$config_file")"
}

#### in agent-install-systemd, agent-config-systemd, agent-service-systemd, agent-probe-systemd, agent-restart-systemd, agent-teardown-systemd, assembler-install-systemd, assembler-config-systemd, assembler-service-systemd, assembler-probe-systemd, assembler-teardown-systemd, agent-install-process, agent-config-process, agent-service-process, agent-probe-process, agent-restart-process, agent-teardown-process, assembler-install-process, assembler-config-process, assembler-service-process, assembler-probe-process, assembler-teardown-process
is_older_than_program() {
  [ -z "$(altered_files)" ] && began_before "$(program_changed_at)"
}

#### in agent-install-systemd, agent-config-systemd, agent-service-systemd, agent-restart-systemd, agent-teardown-systemd, assembler-install-systemd, assembler-config-systemd, assembler-service-systemd, assembler-teardown-systemd, agent-install-process, agent-config-process, agent-service-process, agent-restart-process, agent-teardown-process, assembler-install-process, assembler-config-process, assembler-service-process, assembler-teardown-process
what_would_run() {
  printf 'version %s\n' "$(installed_version)"
  printf 'installed %s\n' "$(digest "$manifest_file")"
  printf 'config %s %s\n' "$(digest "$config_file")" "$(sed -n 's/^public //p' "$written_file" 2>/dev/null)"
  printf 'unit %s\n' "$(digest "$unit_file")"
}

#### in agent-install-systemd, agent-config-systemd, agent-service-systemd, agent-restart-systemd, agent-teardown-systemd, assembler-install-systemd, assembler-config-systemd, assembler-service-systemd, assembler-teardown-systemd, agent-install-process, agent-config-process, agent-service-process, agent-restart-process, agent-teardown-process, assembler-install-process, assembler-config-process, assembler-service-process, assembler-teardown-process
note_running() {
  {
    printf '%s\n' "$1"
    process_mark
  } | put "$running_file" || exit 1
}

#### in agent-install-systemd, agent-config-systemd, agent-service-systemd, agent-restart-systemd, agent-teardown-systemd, assembler-install-systemd, assembler-config-systemd, assembler-service-systemd, assembler-teardown-systemd, agent-install-process, agent-config-process, agent-service-process, agent-restart-process, agent-teardown-process, assembler-install-process, assembler-config-process, assembler-service-process, assembler-teardown-process
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

#### in agent-install-systemd, agent-config-systemd, agent-service-systemd, agent-restart-systemd, agent-teardown-systemd, assembler-install-systemd, assembler-config-systemd, assembler-service-systemd, assembler-teardown-systemd, agent-install-process, agent-config-process, agent-service-process, agent-restart-process, agent-teardown-process, assembler-install-process, assembler-config-process, assembler-service-process, assembler-teardown-process
restart_program() {
  rm -f "$running_file"
  starting_with=$(what_would_run)
  start_program
  wait_until_healthy
  note_running "$starting_with"
}

#### in agent-install-systemd, agent-config-systemd, agent-service-systemd, agent-restart-systemd, agent-teardown-systemd, assembler-install-systemd, assembler-config-systemd, assembler-service-systemd, assembler-teardown-systemd, agent-install-process, agent-config-process, agent-service-process, agent-restart-process, agent-teardown-process, assembler-install-process, assembler-config-process, assembler-service-process, assembler-teardown-process
# A program that started after a file was altered may run the alteration; one that started before does not.
restart_if_started_since() {
  started=$(started_at)
  if [ -n "$1" ] && [ -n "$started" ] && [ "$started" -ge "$1" ]; then restart_program; fi
}

#### in agent-install-systemd
run_installation() {
  script=./scripts/install_agent.sh
  cd "$source_directory"
  if [ -x "$script" ]; then set -- "$script"; else set -- sh "$script"; fi
  env DEEPTRACE_CONFIG='/etc/deeptrace/agents/web-1/deeptrace.toml' DEEPTRACE_PREFIX='/opt/deeptrace/agents/web-1/install' DEEPTRACE_STATE='/var/lib/deeptrace/agents/web-1' "$@" 9>&-
}

#### in agent-install-systemd, agent-install-process
# When the first altered file was altered.
altered_at() {
  altered_files | while IFS= read -r file; do changed_at "$install_directory/$file"; done | sort -n | head -n 1
}

#### in agent-install-systemd, agent-install-process
# An installation leaves a file alone that looks right to it, and what it does not know.
remove_altered() {
  altered_files | while IFS= read -r file; do rm -rf "$install_directory/$file"; done
}

#### in agent-install-systemd, agent-install-process
apply() {
  [ -d "$source_directory" ] || fail "no checkout in $source_directory to install from"
  if is_intact; then return 0; fi
  altered=
  [ "$(installed_version)" != "$version" ] || altered=$(altered_at)
  [ -f "$source_directory/scripts/install_agent.sh" ] || fail "the checkout has no scripts/install_agent.sh: is its repository one of an agent?"
  settle_record
  remove_altered
  # Half an installation must never pass for a whole one.
  rm -f "$manifest_file"
  mkdir -p "$install_directory"
  if ! run_installation >"$install_log" 2>&1; then
    [ -s "$install_log" ] || fail "scripts/install_agent.sh failed without a word: is the disk full?"
    fail "scripts/install_agent.sh failed: $(reason "$(tail -n 5 "$install_log")") (all it said is in $install_log there)"
  fi
  write_manifest || fail "cannot write $manifest_file: is the disk full?"
  restart_if_started_since "$altered"
}

#### in agent-install-systemd, agent-teardown-systemd, agent-install-process, agent-teardown-process
delete_install() {
  ! is_ours "$base_directory" || rm -rf "$install_directory" "$manifest_file" "$install_log"
}

#### in agent-install-systemd, agent-install-process
main() {
  trap 'fail "install: not done within 1800 s, so it was ended"' TERM
  hold_lock
  case "$2" in
    apply) apply ;;
    delete) delete_install ;;
    *) fail "install: unknown action $2" ;;
  esac
}

#### in agent-config-systemd
set -eu
umask 022
export LC_ALL=C PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
label='agent "web-1"'
name='web-1'
marker_name='.deeptrace-managed'
lock_file='/opt/deeptrace/agents/.web-1.lock'
public_digest='0123456789ab'
config_directory='/etc/deeptrace/agents/web-1'
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

#### in agent-config-systemd, agent-config-process
content() {
  cat <<'DEEPTRACE_END'
password = "it's $HOME"
DEEPTRACE_END
}

#### in agent-config-systemd, agent-config-process
update_content() {
  cat <<'DEEPTRACE_END'
{"password":"it's $HOME"}
DEEPTRACE_END
}

#### in agent-config-systemd, agent-config-process
# The keys of a file as we write it. To an agent the entries of ebpf.services are one value; every other table is merged key by key.
config_keys() {
  awk '
    /^\[/ { gsub(/^\[+|\]+[ \t]*$/, ""); table = $0; if (table == "ebpf.services") print table; next }
    /^[^#=]+=/ { sub(/[ \t]*=.*/, ""); if (table != "ebpf.services") print table "." $0 }' "$1" | sort -u
}

#### in agent-config-systemd, agent-config-process
# An update lays its values over those of the agent, so a key that is gone would stay.
loses_keys() {
  config_keys "$1" | grep -qvxF "$(config_keys "$2")"
}

#### in agent-config-systemd, agent-config-process
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

#### in agent-config-systemd, agent-config-process
takes_live() {
  answers && [ "$(send_update 2>/dev/null)" = 200 ]
}

#### in agent-config-systemd, assembler-config-systemd, agent-config-process, assembler-config-process
keep_previous() {
  if [ -f "$previous" ] || [ -L "$config_file" ] || [ ! -f "$config_file" ]; then return 0; fi
  cp "$written_file" "$written_file.previous" 2>/dev/null || rm -f "$written_file.previous"
  cp "$config_file" "$previous.new" && mv "$previous.new" "$previous" || fail "cannot write $previous: is the disk full?"
}

#### in agent-config-systemd, assembler-config-systemd, agent-config-process, assembler-config-process
forget_previous() {
  rm -f "$previous" "$previous.new" "$written_file.previous"
}

#### in agent-config-systemd, assembler-config-systemd, agent-config-process, assembler-config-process
put_in_place() {
  [ ! -d "$config_file" ] || rm -rf "$config_file"
  mv "$new" "$config_file"
  note_written
}

#### in agent-config-systemd, assembler-config-systemd, agent-config-process, assembler-config-process
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

#### in agent-config-systemd, assembler-config-systemd, agent-config-process, assembler-config-process
# Whether the running program, as far as anybody knows, has the configuration of that digest.
runs_config() {
  is_running && [ "$(noted | sed -n 's/^config \([^ ]*\) .*/\1/p')" = "$1" ]
}

#### in agent-config-systemd, assembler-config-systemd, agent-config-process, assembler-config-process
come_up() {
  if [ "$1" = live ] && takes_live; then
    wait_until_healthy
    note_running "$(what_would_run)"
  else
    restart_program
  fi
}

#### in agent-config-systemd, assembler-config-systemd, agent-config-process, assembler-config-process
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

#### in agent-config-systemd, assembler-config-systemd, agent-config-process, assembler-config-process
is_written() {
  [ -f "$config_file" ] && [ ! -L "$config_file" ] && cmp -s "$new" "$config_file" &&
    [ "$(stat -c '%a %u:%g' "$config_file")" = "600 $(id -u):$(id -g)" ]
}

#### in agent-config-systemd, assembler-config-systemd, agent-config-process, assembler-config-process
note_written() {
  note=$(printf 'sha256 %s\npublic %s\nhealth %s %s %s' "$(digest "$config_file")" "$public_digest" \
    "$health_address" "$health_host" "$health_port")
  [ "$(cat "$written_file" 2>/dev/null)" = "$note" ] || printf '%s\n' "$note" | put "$written_file" || exit 1
}

#### in agent-config-systemd, assembler-config-systemd, agent-config-process, assembler-config-process
own_directory() {
  claim "$config_directory"
  chmod 700 "$config_directory"
  [ "$(stat -c '%u:%g' "$config_directory")" = "$(id -u):$(id -g)" ] || chown "$(id -u):$(id -g)" "$config_directory"
}

#### in agent-config-systemd, assembler-config-systemd, agent-config-process, assembler-config-process
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

#### in agent-config-systemd, agent-teardown-systemd, assembler-config-systemd, assembler-teardown-systemd, agent-config-process, agent-teardown-process, assembler-config-process, assembler-teardown-process
delete_config() {
  discard "$config_directory"
}

#### in agent-config-systemd, assembler-config-systemd, agent-config-process, assembler-config-process
main() {
  trap 'fail "config: not done within 210 s, so it was ended"' TERM
  hold_lock
  case "$2" in
    apply) apply ;;
    delete) delete_config ;;
    *) fail "config: unknown action $2" ;;
  esac
}

#### in agent-service-systemd
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

#### in agent-service-systemd, assembler-service-systemd, agent-service-process, assembler-service-process
is_whole() {
  [ "$(sed -n '1s/^# version //p' "$manifest_file" 2>/dev/null)" = "$version" ] || fail "version $version is not installed here: run pulumi up --refresh"
  [ "$(digest "$config_file")" = "$config_sha256" ] || fail "$config_file is not the one of this rollout: run pulumi up --refresh"
}

#### in agent-service-systemd, assembler-service-systemd, agent-service-process, assembler-service-process
runs_what_it_should() {
  settle_record
  is_running && [ "$(what_would_run)" = "$(noted)" ] && answers
}

#### in agent-service-systemd, agent-teardown-systemd, assembler-service-systemd, assembler-teardown-systemd
# Whatever stands in the way of our own unit file: a mask, drop-ins, a link in its place.
clear_unit() {
  for directory in /etc/systemd/system /run/systemd/system; do
    [ ! -L "$directory/$unit" ] || rm -f "$directory/$unit"
    rm -rf "$directory/$unit.d"
  done
}

#### in agent-service-systemd, agent-teardown-systemd, assembler-service-systemd, assembler-teardown-systemd
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

#### in agent-service-systemd
unit_content() {
  cat <<'DEEPTRACE_END'
# Made by deeptrace for web-1; changes by hand are undone by the next rollout.
[Unit]
Description=DeepTrace agent web-1
Wants=network-online.target
After=network-online.target
StartLimitIntervalSec=0

#### in agent-service-systemd
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

#### in agent-service-systemd, assembler-service-systemd
[Install]
WantedBy=multi-user.target
DEEPTRACE_END
}

#### in agent-service-systemd, assembler-service-systemd
# When the first override was made, or our unit file altered: a process that started since runs by it.
meddled_at() {
  {
    for file in "/etc/systemd/system/$unit.d"/* "/run/systemd/system/$unit.d"/*; do [ ! -e "$file" ] || changed_at "$file"; done
    [ ! -f "$unit_file" ] || unit_content | cmp -s - "$unit_file" || changed_at "$unit_file"
  } | sort -n | head -n 1
}

#### in agent-service-systemd, assembler-service-systemd
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

#### in agent-service-systemd, assembler-service-systemd, agent-service-process, assembler-service-process
main() {
  trap 'fail "service: not done within 180 s, so it was ended"' TERM
  hold_lock
  case "$2" in
    apply) apply ;;
    delete) delete_service ;;
    *) fail "service: unknown action $2" ;;
  esac
}

#### in agent-probe-systemd
set -u
export LC_ALL=C PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
marker_name='.deeptrace-managed'
version='0123456789abcdef0123456789abcdef01234567'
unit_sha256='3c69cba95c664688e6a59497c6c4bd25da62ad955dfda93fe18c08c0f62a53a8'
expected_owner='root:root'
config_directory='/etc/deeptrace/agents/web-1'
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

#### in agent-probe-systemd, assembler-probe-systemd, agent-probe-process, assembler-probe-process
short() {
  printf '%.12s' "$1"
}

#### in agent-probe-systemd, assembler-probe-systemd, agent-probe-process, assembler-probe-process
# One line of at most three names.
some() {
  printf '%s\n' "$1" | head -n 3 | sed '$!s/$/,/' | tr '\n' ' ' | sed 's/ $//'
  count=$(printf '%s\n' "$1" | grep -c .)
  [ "$count" -le 3 ] || printf ' and %s more' "$((count - 3))"
}

#### in agent-probe-systemd, agent-probe-process
probe_source() {
  if [ ! -e "$source_directory" ]; then echo absent; return; fi
  command -v git >/dev/null 2>&1 || { echo 'cannot be told: git is missing'; return; }
  export GIT_OPTIONAL_LOCKS=0
  head=$(git -c safe.directory='*' -C "$source_directory" rev-parse --verify --quiet HEAD 2>/dev/null) || { echo 'no git checkout'; return; }
  words="at $(short "$head")"
  [ "$head" = "$version" ] || words="$words instead of $(short "$version")"
  changes=$(git -c safe.directory='*' -C "$source_directory" --no-optional-locks status --porcelain 2>&1) || { echo "$words, unreadable"; return; }
  [ -z "$changes" ] || words="$words, dirty: $(some "$(printf '%s\n' "$changes" | cut -c 4-)")"
  echo "$words"
}

#### in agent-probe-systemd, agent-probe-process
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

#### in agent-probe-systemd, agent-probe-process
probe_install() {
  installed=$(installed_version)
  if [ -z "$installed" ]; then echo absent; return; fi
  words="installed from $(short "$installed")"
  [ "$installed" = "$version" ] || words="$words instead of $(short "$version")"
  altered=$(altered_files)
  [ -z "$altered" ] || words="$words, altered: $(some "$(printf '%s\n' "$altered" | altered_how)")"
  echo "$words"
}

#### in agent-probe-systemd, assembler-probe-systemd, agent-probe-process, assembler-probe-process
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

#### in agent-probe-systemd, assembler-probe-systemd, agent-probe-process, assembler-probe-process
say() {
  if [ -z "$words" ]; then words=$1; else words="$words, $1"; fi
}

#### in agent-probe-systemd, assembler-probe-systemd, agent-probe-process, assembler-probe-process
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

#### in agent-probe-systemd, assembler-probe-systemd, agent-probe-process, assembler-probe-process
say_strays() {
  strays=$(stray_pids)
  [ -z "$strays" ] || say "another copy runs as process $(printf '%s\n' "$strays" | head -n 1)"
}

#### in agent-probe-systemd, assembler-probe-systemd
property() {
  printf '%s\n' "$properties" | sed -n "s/^$1=//p"
}

#### in agent-probe-systemd, assembler-probe-systemd
program_pid() {
  property MainPID | grep -vx 0
}

#### in agent-probe-systemd, assembler-probe-systemd
probe_service() {
  words=
  if [ ! -d /run/systemd/system ]; then echo 'no systemd'; return; fi
  properties=$(systemctl show "$unit" -p LoadState -p ActiveState -p SubState -p Result -p UnitFileState -p DropInPaths -p MainPID 2>&1) || { echo 'systemd does not answer'; return; }
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
  if [ ! -e "$unit_file" ]; then say 'unit file missing'; elif [ "$(property LoadState)" = masked ]; then :; elif [ "$(digest "$unit_file")" != "$unit_sha256" ]; then say 'unit file altered'; fi
  case $(property DropInPaths) in
    *"/$unit.d/"*) say "overridden by $(property DropInPaths | tr ' ' '\n' | grep -F "/$unit.d/" | head -n 1)" ;;
  esac
  [ "$state" != active ] || say_what_runs
  say_strays
  echo "$words"
}

#### in agent-probe-systemd, agent-probe-process
main() {
  printf 'source=%s\n' "$(probe_source)"
  printf 'install=%s\n' "$(probe_install)"
  probe_config
  printf 'service=%s\n' "$(probe_service)"
}

#### in agent-probe-systemd, assembler-probe-systemd, agent-probe-process, assembler-probe-process
main </dev/null

#### in agent-restart-systemd
set -eu
umask 022
export LC_ALL=C PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
label='agent "web-1"'
name='web-1'
marker_name='.deeptrace-managed'
lock_file='/opt/deeptrace/agents/.web-1.lock'
action='restart'
manager='systemd'
base_directory='/opt/deeptrace/agents/web-1'
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

#### in agent-restart-systemd
halt() {
  systemctl stop "$unit" >/dev/null 2>&1 || true
  systemctl reset-failed "$unit" 2>/dev/null || true
  ! is_running || fail "systemctl stop $unit failed: it still runs"
}

#### in agent-restart-systemd, agent-restart-process
is_rolled_out() {
  is_ours "$base_directory" && [ -f "$manifest_file" ] && [ -f "$config_file" ] && { [ "$manager" = process ] || [ -f "$unit_file" ]; }
}

#### in agent-restart-systemd, agent-restart-process
apply() {
  if ! is_rolled_out; then
    if [ ! -e "$base_directory" ]; then rm -f "$lock_file"; remove_empty_parents; fi
    fail "is not rolled out here: run pulumi up"
  fi
  was_running=no
  ! is_running || was_running=yes
  case "$action $was_running" in
    'start yes')
      answers || fail "runs but does not answer on http://$health_host:$health_port$health_path: restart it"
      echo 'ran already' ;;
    'start no') restart_program; echo started ;;
    'restart yes') restart_program; echo restarted ;;
    'restart no') restart_program; echo 'started (was not running)' ;;
    'stop yes') halt; echo stopped ;;
    'stop no') halt; echo 'was stopped already' ;;
  esac
}

#### in agent-restart-systemd, agent-restart-process
main() {
  trap 'fail "control: not done within 180 s, so it was ended"' TERM
  hold_lock
  case "$2" in
    apply) apply ;;
    delete) delete_control ;;
    *) fail "control: unknown action $2" ;;
  esac
}

#### in agent-log-systemd
set -u
export LC_ALL=C PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
label='agent "web-1"'
lines='50'
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

#### in agent-log-systemd
main() {
  journalctl -u "$unit" -n "$lines" --no-pager -q -o short-iso --no-hostname -f </dev/null &
  follower=$!
  while kill -0 "$follower" 2>/dev/null && [ -n "$(timeout 60 head -c 1)" ]; do :; done
  kill "$follower" 2>/dev/null
  wait "$follower" 2>/dev/null
  return 0
}

#### in agent-log-systemd, agent-log-process
main; exit

#### in agent-teardown-systemd
set -eu
umask 022
export LC_ALL=C PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
label='agent "web-1"'
name='web-1'
marker_name='.deeptrace-managed'
lock_file='/opt/deeptrace/agents/.web-1.lock'
unit_mark='# Made by deeptrace for web-1; changes by hand are undone by the next rollout.'
base_directory='/opt/deeptrace/agents/web-1'
config_directory='/etc/deeptrace/agents/web-1'
install_log='/opt/deeptrace/agents/web-1/install.log'
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

#### in agent-teardown-systemd, agent-teardown-process
delete_teardown() {
  delete_service
  delete_config
  delete_install
  delete_source
}

#### in agent-teardown-systemd, assembler-teardown-systemd, agent-teardown-process, assembler-teardown-process
main() {
  trap 'fail "teardown: not done within 300 s, so it was ended"' TERM
  hold_lock
  case "$2" in
    apply) apply ;;
    delete) delete_teardown ;;
    *) fail "teardown: unknown action $2" ;;
  esac
}

#### in assembler-install-systemd
set -eu
umask 022
export LC_ALL=C PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
label='assembler'
name='assembler'
marker_name='.deeptrace-managed'
lock_file='/opt/deeptrace/.assembler.lock'
node='node'
version='89abcdef89abcdef89abcdef89abcdef89abcdef89abcdef89abcdef89abcdef'
upload='/var/tmp/deeptrace-assembler-89abcdef89abcdef.js'
base_directory='/opt/deeptrace/assembler'
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
bundle='/opt/deeptrace/assembler/deeptrace-assembler.js'
program_files='/opt/deeptrace/assembler/deeptrace-assembler.js'

#### in assembler-install-systemd, assembler-config-systemd, assembler-service-systemd, assembler-teardown-systemd
remove_empty_parents() {
  rmdir '/opt/deeptrace' '/etc/deeptrace' '/var/lib/deeptrace' 2>/dev/null || true
}

#### in assembler-install-systemd, assembler-config-systemd, assembler-service-systemd, assembler-probe-systemd, assembler-teardown-systemd, assembler-install-process, assembler-config-process, assembler-service-process, assembler-probe-process, assembler-teardown-process
altered_files() {
  [ "$(digest "$bundle")" = "$(installed_version)" ] || printf '%s\n' "$bundle"
}

#### in assembler-install-systemd, assembler-install-process
check_node() {
  command -v "$node" >/dev/null 2>&1 || fail "$node is missing on this host: install Node.js 20 or later (Debian: apt-get install nodejs), or set node = \"/path/to/node\" in [server]"
  "$node" -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 20 ? 0 : 1)' 2>/dev/null ||
    fail "$node on this host is $("$node" --version 2>&1 | tail -n 1), the assembler needs 20 or later: install it, or set node = \"/path/to/node\" in [server]"
}

#### in assembler-install-systemd, assembler-install-process
apply() {
  check_node
  claim "$base_directory"
  if is_intact; then return 0; fi
  settle_record
  altered=
  [ "$(installed_version)" != "$version" ] || altered=$(changed_at "$bundle")
  # Copied first and judged then, so that nobody else can change it in between.
  [ -f "$upload" ] || fail "the uploaded program $upload is not there any more: run pulumi up --refresh"
  cp "$upload" "$bundle.new" 2>/dev/null || { rm -f "$bundle.new"; fail "cannot write $bundle.new: is the disk full?"; }
  if [ "$(digest "$bundle.new")" != "$version" ]; then
    rm -f "$bundle.new"
    fail "the uploaded program $upload is not what was sent: run pulumi up --refresh"
  fi
  chmod 644 "$bundle.new"
  mv "$bundle.new" "$bundle"
  printf '# version %s\n' "$version" | put "$manifest_file" || exit 1
  rm -f "$upload"
  restart_if_started_since "$altered"
}

#### in assembler-install-systemd, assembler-teardown-systemd, assembler-install-process, assembler-teardown-process
delete_install() {
  discard "$base_directory"
  rm -f "$lock_file"
  remove_empty_parents
}

#### in assembler-install-systemd, assembler-install-process
main() {
  trap 'fail "install: not done within 120 s, so it was ended"' TERM
  hold_lock
  case "$2" in
    apply) apply ;;
    delete) delete_install ;;
    *) fail "install: unknown action $2" ;;
  esac
}

#### in assembler-config-systemd
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
bundle='/opt/deeptrace/assembler/deeptrace-assembler.js'
program_files='/opt/deeptrace/assembler/deeptrace-assembler.js'

#### in assembler-config-systemd, assembler-config-process
content() {
  cat <<'DEEPTRACE_END'
a = 1
DEEPTRACE_END
}

#### in assembler-config-systemd, assembler-config-process
loses_keys() {
  :
}

#### in assembler-config-systemd, assembler-config-process
takes_live() {
  false
}

#### in assembler-service-systemd
set -eu
umask 022
export LC_ALL=C PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
label='assembler'
name='assembler'
marker_name='.deeptrace-managed'
lock_file='/opt/deeptrace/.assembler.lock'
version='89abcdef89abcdef89abcdef89abcdef89abcdef89abcdef89abcdef89abcdef'
config_sha256='cb78bd8a17f7b751fe0d4663366dcbc257204033ef7ddd64b1f2969573b5b2e2'
unit_mark='# Made by deeptrace for assembler; changes by hand are undone by the next rollout.'
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
bundle='/opt/deeptrace/assembler/deeptrace-assembler.js'
program_files='/opt/deeptrace/assembler/deeptrace-assembler.js'

#### in assembler-service-systemd
unit_content() {
  cat <<'DEEPTRACE_END'
# Made by deeptrace for assembler; changes by hand are undone by the next rollout.
[Unit]
Description=DeepTrace assembler
Wants=network-online.target
After=network-online.target
StartLimitIntervalSec=0

#### in assembler-service-systemd
[Service]
Type=exec
DynamicUser=yes
LoadCredential=assembler.toml:/etc/deeptrace/assembler/assembler.toml
ExecStart=/usr/bin/env node /opt/deeptrace/assembler/deeptrace-assembler.js --config ${CREDENTIALS_DIRECTORY}/assembler.toml
Restart=on-failure
RestartSec=2
KillMode=mixed
TimeoutStopSec=30
CapabilityBoundingSet=
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
ProtectHome=yes
ProtectProc=invisible
ProcSubset=pid
ProtectKernelTunables=yes
PrivateUsers=yes
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM

#### in assembler-probe-systemd
set -u
export LC_ALL=C PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
marker_name='.deeptrace-managed'
version='89abcdef89abcdef89abcdef89abcdef89abcdef89abcdef89abcdef89abcdef'
unit_sha256='3af76810aafe586e4e5c4895fe672f9f719ccd0c19426d541d4a3c6c5b980ba5'
expected_owner='root:root'
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
bundle='/opt/deeptrace/assembler/deeptrace-assembler.js'
program_files='/opt/deeptrace/assembler/deeptrace-assembler.js'

#### in assembler-probe-systemd, assembler-probe-process
probe_install() {
  if [ ! -e "$bundle" ]; then echo absent; return; fi
  installed=$(digest "$bundle")
  words="version $(short "$installed")"
  [ "$installed" = "$version" ] || words="$words instead of $(short "$version")"
  echo "$words"
}

#### in assembler-probe-systemd, assembler-probe-process
main() {
  :
  printf 'install=%s\n' "$(probe_install)"
  probe_config
  printf 'service=%s\n' "$(probe_service)"
}

#### in assembler-teardown-systemd
set -eu
umask 022
export LC_ALL=C PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
label='assembler'
name='assembler'
marker_name='.deeptrace-managed'
lock_file='/opt/deeptrace/.assembler.lock'
unit_mark='# Made by deeptrace for assembler; changes by hand are undone by the next rollout.'
base_directory='/opt/deeptrace/assembler'
config_directory='/etc/deeptrace/assembler'
install_log='/opt/deeptrace/assembler/install.log'
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
bundle='/opt/deeptrace/assembler/deeptrace-assembler.js'
program_files='/opt/deeptrace/assembler/deeptrace-assembler.js'

#### in assembler-teardown-systemd, assembler-teardown-process
delete_teardown() {
  delete_service
  delete_config
  delete_install
}

#### in agent-source-process
set -eu
umask 022
export LC_ALL=C PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
label='agent "web-1"'
name='web-1'
marker_name='.deeptrace-managed'
lock_file="$HOME"'/.deeptrace/agents/.web-1.lock'
repo='https://example.com/agent'\''s.git'
commit='0123456789abcdef0123456789abcdef01234567'
base_directory="$HOME"'/.deeptrace/agents/web-1'
source_directory="$HOME"'/.deeptrace/agents/web-1/source'

#### in agent-source-process, agent-install-process, agent-config-process, agent-service-process, agent-restart-process, agent-teardown-process
remove_empty_parents() {
  rmdir "$HOME"'/.deeptrace/agents' "$HOME"'/.deeptrace' 2>/dev/null || true
}

#### in agent-install-process
set -eu
umask 022
export LC_ALL=C PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
label='agent "web-1"'
name='web-1'
marker_name='.deeptrace-managed'
lock_file="$HOME"'/.deeptrace/agents/.web-1.lock'
version='0123456789abcdef0123456789abcdef01234567'
base_directory="$HOME"'/.deeptrace/agents/web-1'
install_log="$HOME"'/.deeptrace/agents/web-1/install.log'
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

#### in agent-install-process, agent-config-process, agent-service-process, agent-probe-process, agent-restart-process, agent-teardown-process, assembler-install-process, assembler-config-process, assembler-service-process, assembler-probe-process, assembler-teardown-process
program_pid() {
  pid=$(cat "$pid_file" 2>/dev/null) || pid=
  if [ -n "$pid" ] && grep -qzxF "DEEPTRACE_STATE=$state_directory" "/proc/$pid/environ" 2>/dev/null; then
    printf '%s' "$pid"
  else
    our_pids | sort -n | head -n 1
  fi
}

#### in agent-install-process, agent-config-process, agent-service-process, agent-probe-process, agent-restart-process, agent-teardown-process, assembler-install-process, assembler-config-process, assembler-service-process, assembler-probe-process, assembler-teardown-process
is_running() {
  [ -n "$(program_pid)" ]
}

#### in agent-install-process, agent-config-process, agent-service-process, agent-probe-process, agent-restart-process, agent-teardown-process, assembler-install-process, assembler-config-process, assembler-service-process, assembler-probe-process, assembler-teardown-process
supervisor_pids() {
  grep -lzxF "DEEPTRACE_SUPERVISES=$state_directory" /proc/[0-9]*/environ 2>/dev/null | cut -d / -f 3
}

#### in agent-install-process, agent-config-process, agent-service-process, agent-probe-process, agent-restart-process, agent-teardown-process, assembler-install-process, assembler-config-process, assembler-service-process, assembler-probe-process, assembler-teardown-process
session_of() {
  sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d ' ' -f 4
}

#### in agent-install-process, agent-config-process, agent-service-process, agent-probe-process, agent-restart-process, agent-teardown-process, assembler-install-process, assembler-config-process, assembler-service-process, assembler-probe-process, assembler-teardown-process
# The same program started beside ours: in another session than the one that a supervisor gave to ours and all its descendants.
stray_pids() {
  main=$(program_pid)
  session=$(session_of "${main:-0}")
  for pid in $(our_pids); do
    of=$(session_of "$pid")
    [ -z "$of" ] || [ "$of" = "$session" ] || printf '%s\n' "$pid"
  done
}

#### in agent-install-process, agent-config-process, agent-service-process, agent-restart-process, agent-teardown-process
ask_to_stop() {
  [ -x "$source_directory/scripts/stop_agent.sh" ] || return 0
  (cd "$source_directory" && env "DEEPTRACE_STATE=$state_directory" ./scripts/stop_agent.sh) >/dev/null 2>&1 9>&- || true
}

#### in agent-install-process, agent-config-process, agent-service-process, agent-restart-process, agent-teardown-process, assembler-install-process, assembler-config-process, assembler-service-process, assembler-teardown-process
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

#### in agent-install-process, agent-config-process, agent-service-process, agent-restart-process, agent-teardown-process, assembler-install-process, assembler-config-process, assembler-service-process, assembler-teardown-process
stop_program() {
  end_supervisor
  pids=$(our_pids)
  [ -z "$pids" ] || ask_to_stop
  [ -z "$pids" ] || end_processes $pids
  [ -z "$(our_pids)" ] || fail "process $(program_pid) cannot be ended: does it hang in the kernel?"
  rm -f "$pid_file"
}

#### in agent-install-process, agent-config-process, agent-service-process, agent-restart-process, agent-teardown-process, assembler-install-process, assembler-config-process, assembler-service-process, assembler-teardown-process
last_words() {
  tail -n 8 "$log_file" 2>/dev/null
}

#### in agent-install-process, agent-config-process, agent-service-process, agent-restart-process, agent-teardown-process, assembler-install-process, assembler-config-process, assembler-service-process, assembler-teardown-process
is_startable() {
  :
}

#### in agent-install-process, agent-config-process, agent-service-process, agent-restart-process, agent-teardown-process, assembler-install-process, assembler-config-process, assembler-service-process, assembler-teardown-process
times_ended() {
  grep -c '^deeptrace: ended with status ' "$log_file" 2>/dev/null || true
}

#### in agent-install-process, agent-config-process, agent-service-process, agent-restart-process, agent-teardown-process
supervisor_text() {
  cat <<'DEEPTRACE_END'
#!/bin/sh
# Made by deeptrace for agent "web-1": starts it again when it fails, and keeps its log short.
set -u
log_limit='10485760'
log_file="$HOME"'/.deeptrace/agents/web-1/state/agent.log'
pid_file="$HOME"'/.deeptrace/agents/web-1/state/agent.pid'

#### in agent-install-process, agent-config-process, agent-service-process, agent-restart-process, agent-teardown-process, agent-supervisor-process
launch() {
  cd "$HOME"'/.deeptrace/agents/web-1/source' && unset DEEPTRACE_SUPERVISES && exec env DEEPTRACE_CONFIG="$HOME"'/.deeptrace/agents/web-1/config/deeptrace.toml' DEEPTRACE_PREFIX="$HOME"'/.deeptrace/agents/web-1/install' DEEPTRACE_STATE="$HOME"'/.deeptrace/agents/web-1/state' ./scripts/run_agent.sh
}

#### in agent-install-process, agent-config-process, agent-service-process, agent-restart-process, agent-teardown-process, assembler-install-process, assembler-config-process, assembler-service-process, assembler-teardown-process, agent-supervisor-process, assembler-supervisor-process
# One that has ended stays in the process table until it is waited for.
is_alive() {
  { read -r line <"/proc/$1/stat"; } 2>/dev/null || return 1
  case ${line##*) } in
    Z* | X*) return 1 ;;
  esac
}

#### in agent-install-process, agent-config-process, agent-service-process, agent-restart-process, agent-teardown-process, assembler-install-process, assembler-config-process, assembler-service-process, assembler-teardown-process, agent-supervisor-process, assembler-supervisor-process
shorten_log() {
  [ "$(wc -c <"$log_file")" -gt "$log_limit" ] || return 0
  cp "$log_file" "$log_file.1.new" && mv "$log_file.1.new" "$log_file.1"
  : >"$log_file"
}

#### in agent-install-process, agent-config-process, agent-service-process, agent-restart-process, agent-teardown-process
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

#### in agent-install-process, agent-config-process, agent-service-process, agent-restart-process, agent-teardown-process, assembler-install-process, assembler-config-process, assembler-service-process, assembler-teardown-process
is_supervised() {
  [ -n "$(supervisor_pids)" ] && supervisor_text | cmp -s - "$supervisor_file"
}

#### in agent-install-process, agent-config-process, agent-service-process, agent-restart-process, agent-teardown-process, assembler-install-process, assembler-config-process, assembler-service-process, assembler-teardown-process
# In a session of its own it outlives the login, and it must not inherit the lock. It takes the pid of a program that runs already.
supervise() {
  end_supervisor
  supervisor_text | put "$supervisor_file" || exit 1
  env "DEEPTRACE_SUPERVISES=$state_directory" setsid nohup sh "$supervisor_file" "$@" </dev/null >>"$log_file" 2>&1 9>&- &
}

#### in agent-install-process, agent-config-process, agent-service-process, agent-restart-process, agent-teardown-process, assembler-install-process, assembler-config-process, assembler-service-process, assembler-teardown-process
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

#### in agent-install-process
run_installation() {
  script=./scripts/install_agent.sh
  cd "$source_directory"
  if [ -x "$script" ]; then set -- "$script"; else set -- sh "$script"; fi
  env DEEPTRACE_CONFIG="$HOME"'/.deeptrace/agents/web-1/config/deeptrace.toml' DEEPTRACE_PREFIX="$HOME"'/.deeptrace/agents/web-1/install' DEEPTRACE_STATE="$HOME"'/.deeptrace/agents/web-1/state' "$@" 9>&-
}

#### in agent-config-process
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

#### in agent-service-process
set -eu
umask 022
export LC_ALL=C PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
label='agent "web-1"'
name='web-1'
marker_name='.deeptrace-managed'
lock_file="$HOME"'/.deeptrace/agents/.web-1.lock'
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

#### in agent-service-process, agent-teardown-process, assembler-service-process, assembler-teardown-process
delete_service() {
  stop_program
  discard "$state_directory"
}

#### in agent-service-process, assembler-service-process
apply() {
  is_whole
  (umask 077 && claim "$state_directory" && chmod 700 "$state_directory")
  end_strays
  if ! runs_what_it_should; then
    restart_program
  elif ! is_supervised; then
    supervise "$(program_pid)"
  fi
}

#### in agent-probe-process
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

#### in agent-probe-process, assembler-probe-process
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

#### in agent-restart-process
set -eu
umask 022
export LC_ALL=C PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
label='agent "web-1"'
name='web-1'
marker_name='.deeptrace-managed'
lock_file="$HOME"'/.deeptrace/agents/.web-1.lock'
action='restart'
manager='process'
base_directory="$HOME"'/.deeptrace/agents/web-1'
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

#### in agent-restart-process
halt() {
  stop_program
}

#### in agent-log-process
set -u
export LC_ALL=C PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
label='agent "web-1"'
lines='50'
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

#### in agent-log-process
main() {
  [ -f "$log_file" ] || {
    printf '%s\n' "$label: there is no log at $log_file: is it rolled out here?" >&2
    exit 1
  }
  tail -n "$lines" -F "$log_file" 2>/dev/null </dev/null &
  follower=$!
  while kill -0 "$follower" 2>/dev/null && [ -n "$(timeout 60 head -c 1)" ]; do :; done
  kill "$follower" 2>/dev/null
  wait "$follower" 2>/dev/null
  return 0
}

#### in agent-teardown-process
set -eu
umask 022
export LC_ALL=C PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
label='agent "web-1"'
name='web-1'
marker_name='.deeptrace-managed'
lock_file="$HOME"'/.deeptrace/agents/.web-1.lock'
unit_mark='# Made by deeptrace for web-1; changes by hand are undone by the next rollout.'
base_directory="$HOME"'/.deeptrace/agents/web-1'
config_directory="$HOME"'/.deeptrace/agents/web-1/config'
install_log="$HOME"'/.deeptrace/agents/web-1/install.log'
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

#### in assembler-install-process
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

#### in assembler-install-process, assembler-config-process, assembler-service-process, assembler-teardown-process
remove_empty_parents() {
  rmdir "$HOME"'/.deeptrace' 2>/dev/null || true
}

#### in assembler-install-process, assembler-config-process, assembler-service-process, assembler-teardown-process
ask_to_stop() {
  :
}

#### in assembler-install-process, assembler-config-process, assembler-service-process, assembler-teardown-process
supervisor_text() {
  cat <<'DEEPTRACE_END'
#!/bin/sh
# Made by deeptrace for assembler: starts it again when it fails, and keeps its log short.
set -u
log_limit='10485760'
log_file="$HOME"'/.deeptrace/assembler/state/assembler.log'
pid_file="$HOME"'/.deeptrace/assembler/state/assembler.pid'

#### in assembler-install-process, assembler-config-process, assembler-service-process, assembler-teardown-process, assembler-supervisor-process
launch() {
  cd "$HOME"'/.deeptrace/assembler' && unset DEEPTRACE_SUPERVISES && exec env DEEPTRACE_STATE="$HOME"'/.deeptrace/assembler/state' node "$HOME"'/.deeptrace/assembler/deeptrace-assembler.js' --config "$HOME"'/.deeptrace/assembler/config/assembler.toml'
}

#### in assembler-install-process, assembler-config-process, assembler-service-process, assembler-teardown-process
pid=${1:-}
delay=1
while :; do
  begun=$(date +%s)
  if [ -z "$pid" ]; then
    launch &
    pid=$!
    printf '%s\n' "$pid" >"$pid_file"
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

#### in assembler-config-process
set -eu
umask 022
export LC_ALL=C PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
label='assembler'
name='assembler'
marker_name='.deeptrace-managed'
lock_file="$HOME"'/.deeptrace/.assembler.lock'
public_digest='0123456789ab'
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

#### in assembler-service-process
set -eu
umask 022
export LC_ALL=C PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
label='assembler'
name='assembler'
marker_name='.deeptrace-managed'
lock_file="$HOME"'/.deeptrace/.assembler.lock'
version='89abcdef89abcdef89abcdef89abcdef89abcdef89abcdef89abcdef89abcdef'
config_sha256='cb78bd8a17f7b751fe0d4663366dcbc257204033ef7ddd64b1f2969573b5b2e2'
unit_mark='# Made by deeptrace for assembler; changes by hand are undone by the next rollout.'
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

#### in assembler-probe-process
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

#### in assembler-teardown-process
set -eu
umask 022
export LC_ALL=C PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
label='assembler'
name='assembler'
marker_name='.deeptrace-managed'
lock_file="$HOME"'/.deeptrace/.assembler.lock'
unit_mark='# Made by deeptrace for assembler; changes by hand are undone by the next rollout.'
base_directory="$HOME"'/.deeptrace/assembler'
config_directory="$HOME"'/.deeptrace/assembler/config'
install_log="$HOME"'/.deeptrace/assembler/install.log'
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

#### in agent-supervisor-process
#!/bin/sh
# Made by deeptrace for agent "web-1": starts it again when it fails, and keeps its log short.
set -u
log_limit='10485760'
log_file="$HOME"'/.deeptrace/agents/web-1/state/agent.log'
pid_file="$HOME"'/.deeptrace/agents/web-1/state/agent.pid'

#### in agent-supervisor-process
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

#### in assembler-supervisor-process
#!/bin/sh
# Made by deeptrace for assembler: starts it again when it fails, and keeps its log short.
set -u
log_limit='10485760'
log_file="$HOME"'/.deeptrace/assembler/state/assembler.log'
pid_file="$HOME"'/.deeptrace/assembler/state/assembler.pid'

#### in assembler-supervisor-process
pid=${1:-}
delay=1
while :; do
  begun=$(date +%s)
  if [ -z "$pid" ]; then
    launch &
    pid=$!
    printf '%s\n' "$pid" >"$pid_file"
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
