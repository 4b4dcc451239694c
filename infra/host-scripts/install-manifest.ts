import type { ManagedProgram } from "./managed-program";

const agentManifest = String.raw`# Content and mode of every installed file and the aim of every link, one fact per line with the name last.
installed_facts() (
  cd "$install_directory" 2>/dev/null || exit 0
  find . \( -type f ! -name "$marker_name" ! -name '*.log' -exec sha256sum {} + -exec stat -c '%a  %n' {} + \) -o \
    \( -type l -exec sh -c 'for link; do printf "%s  %s\n" "$(readlink "$link")" "$link"; done' sh {} + \)
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
  recorded=$(cat "$manifest_file") found=$(installed_facts)
  # A folder that nobody touched is listed in the same order.
  [ "$recorded" != "${"$"}{recorded%%"$newline"*}$newline$found" ] || return 0
  differing=$(printf '%s\n%s\n' "$recorded" "$found" | sed 1d | sort | uniq -u)
  [ -z "$differing" ] || printf '%s\n' "$differing" | sed 's|^.*  \./||' | sort -u
}`;

const assemblerManifest = String.raw`altered_files() {
  [ "$(digest "$bundle")" = "$(installed_version)" ] || printf '%s\n' "$bundle"
}`;

const version = `installed_version() {
  first=
  { IFS= read -r first <"$manifest_file"; } 2>/dev/null || true
  case $first in '# version '*) printf '%s\\n' "\${first#'# version '}" ;; esac
}

is_intact() {
  [ "$(installed_version)" = "$version" ] && [ -z "$(altered_files)" ]
}`;

/** Shell functions around the manifest: the version that is installed, and what the installation put there. */
export function installManifest({ kind }: ManagedProgram): string {
  return `${kind === "agent" ? agentManifest : assemblerManifest}\n\n${version}`;
}
