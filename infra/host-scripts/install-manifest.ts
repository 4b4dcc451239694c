/** Shell functions around the manifest: the version that is installed, and the SHA-256 of every file that the installation put there. */
export const installManifest = String.raw`write_manifest() {
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
}`;
