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

git_in() {
  directory=$1
  shift
  # The checkout is ours even if somebody changed its owner.
  git -c safe.directory='*' -c advice.detachedHead=false -C "$directory" "$@"
}

is_right() {
  [ "$(git_in "$source_directory" rev-parse HEAD 2>/dev/null)" = "$commit" ] &&
    status=$(git_in "$source_directory" status --porcelain 2>/dev/null) && [ -z "$status" ]
}

# One commit is all a host needs; servers that do not hand out single commits are asked for everything.
fetch_commit() {
  git_in "$1" cat-file -e "$commit^{commit}" 2>/dev/null && return 0
  words=$(git_in "$1" fetch --quiet --no-tags --depth=1 origin "$commit" 2>&1) && return 0
  words=$(git_in "$1" fetch --quiet --force --tags origin '+refs/heads/*:refs/remotes/origin/*' 2>&1) || return 1
  git_in "$1" cat-file -e "$commit^{commit}" 2>/dev/null && return 0
  words="fatal: the repository has no commit $commit"
  return 1
}

check_out() {
  words=$(git_in "$1" checkout --quiet --force --detach "$commit" 2>&1)
}

mend() {
  [ -d "$source_directory/.git" ] || return 1
  # We hold the lock, so a lock file of git is left from a git that was killed.
  find "$source_directory/.git" -maxdepth 1 -name '*.lock' -exec rm -f {} +
  git_in "$source_directory" remote set-url origin "$repo" 2>/dev/null || return 1
  fetch_commit "$source_directory" && check_out "$source_directory" || return 1
  git_in "$source_directory" clean -ffdq 2>/dev/null || return 1
  is_right
}

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

apply() {
  command -v git >/dev/null 2>&1 || fail "git is missing on this host: install it (Debian: apt-get install git)"
  export GIT_TERMINAL_PROMPT=0 GIT_LFS_SKIP_SMUDGE=1 GIT_SSH_COMMAND='ssh -o BatchMode=yes'
  claim "$base_directory"
  is_right || mend || clone
}

delete_source() {
  discard "$base_directory"
  rm -f "$lock_file"
  remove_empty_parents
}

main() {
  trap 'fail "source: not done within 600 s, so it was ended"' TERM
  hold_lock
  case "$2" in
    apply) apply ;;
    delete) delete_source ;;
    *) fail "source: unknown action $2" ;;
  esac
}

main "$@" </dev/null
