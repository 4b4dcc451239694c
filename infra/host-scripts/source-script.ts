import { deletion } from "./deletions";
import type { ManagedProgram } from "./managed-program";
import type { StepPart } from "./script-frame";
import { assignments } from "./shell-quote";

const functions = [
  `git_in() {
  directory=$1
  shift
  # The checkout is ours even if somebody changed its owner.
  git -c safe.directory='*' -c advice.detachedHead=false -C "$directory" "$@"
}

is_right() {
  [ -d "$source_directory/.git" ] && [ "$(git_in "$source_directory" rev-parse HEAD 2>/dev/null)" = "$commit" ] &&
    status=$(git_in "$source_directory" --no-optional-locks status --porcelain 2>/dev/null) && [ -z "$status" ]
}`,
  `# One commit is all a host needs; servers that do not hand out single commits are asked for everything.
fetch_commit() {
  words=$(git_in "$1" $upkeep fetch --quiet --no-tags --depth=1 origin "$commit" 2>&1) && return 0
  words=$(git_in "$1" $upkeep fetch --quiet --force --tags origin '+refs/heads/*:refs/remotes/origin/*' 2>&1) || return 1
  git_in "$1" cat-file -e "$commit^{commit}" 2>/dev/null && return 0
  words="fatal: the repository has no commit $commit"
  return 1
}

check_out() {
  words=$(git_in "$1" checkout --quiet --force --detach "$commit" 2>&1)
}`,
  `mend() {
  [ -d "$source_directory/.git" ] || return 1
  # We hold the lock, so a lock file of git is left from a git that was killed.
  find "$source_directory/.git" -maxdepth 1 -name '*.lock' -exec rm -f {} +
  git_in "$source_directory" remote set-url origin "$repo" 2>/dev/null || return 1
  { git_in "$source_directory" cat-file -e "$commit^{commit}" 2>/dev/null || fetch_commit "$source_directory"; } && check_out "$source_directory" || return 1
  git_in "$source_directory" clean -ffdq 2>/dev/null || return 1
  is_right
}

# Made beside the old one and renamed, so that there is never half a checkout. A new one needs neither hooks nor upkeep.
clone() {
  upkeep='-c maintenance.auto=false -c gc.auto=0'
  new=$base_directory/.source.new
  [ ! -e "$new" ] || rm -rf "$new"
  words=$(git init --quiet --template= "$new" 2>&1) || fail "git init of $new failed: $(reason "$words")"
  git_in "$new" remote add origin "$repo"
  fetch_commit "$new" || fail "git fetch of commit $commit from $repo failed: $(reason "$words")"
  check_out "$new" || fail "git checkout of commit $commit failed: $(reason "$words")"
  old=$base_directory/.source.old
  [ ! -e "$old" ] || rm -rf "$old"
  [ ! -e "$source_directory" ] || mv "$source_directory" "$old"
  mv "$new" "$source_directory"
  [ ! -e "$old" ] || rm -rf "$old"
}`,
  `apply_source() {
  command -v git >/dev/null 2>&1 || fail "git is missing on this host: install it (Debian: apt-get install git)"
  repo=$(received)
  export GIT_TERMINAL_PROMPT=0 GIT_LFS_SKIP_SMUDGE=1 GIT_SSH_COMMAND='ssh -o BatchMode=yes'
  claim "$base_directory"
  upkeep=
  is_right || mend || clone
}`,
];

/**
 * Brings the checkout to a commit, from any state: word `commit=40-HEX`, and on stdin the repository's address, as its user may be a token. `delete` removes the
 * agent's whole base directory.
 */
export function sourceStep(program: ManagedProgram): StepPart {
  const { baseDirectory, sourceDirectory } = program.owner.layout;
  return {
    facet: "source",
    timeLimitSeconds: 600,
    takesInput: true,
    variables: assignments({}, { base_directory: baseDirectory, source_directory: sourceDirectory }),
    functions: [...functions, deletion("source", program)],
  };
}
