/**
 * Shell functions that put a new configuration in place of the one that runs, and the old one back if the program does not come up with it. The old
 * file stays as `.previous` until the new one has proven itself, so that whoever comes after an interruption knows that it has not.
 */
export const configProof = String.raw`keep_previous() {
  if [ -f "$previous" ] || [ -L "$config_file" ] || [ ! -f "$config_file" ]; then return 0; fi
  cp "$written_file" "$written_file.previous" 2>/dev/null || rm -f "$written_file.previous"
  cp "$config_file" "$previous.new" && mv "$previous.new" "$previous" || fail "cannot write $previous: is the disk full?"
}

forget_previous() {
  rm -f "$previous" "$previous.new" "$written_file.previous"
}

put_in_place() {
  [ ! -d "$config_file" ] || rm -rf "$config_file"
  mv "$new" "$config_file"
  note_written
}

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

# Whether the running program, as far as anybody knows, has the configuration of that digest.
runs_config() {
  is_running && [ "$(noted | sed -n 's/^config \([^ ]*\) .*/\1/p')" = "$1" ]
}

come_up() {
  if [ "$1" = live ] && takes_live; then
    wait_until_healthy
    note_running "$(what_would_run)"
  else
    restart_program
  fi
}

# $1: live or restart. What comes up in a subshell may fail there without ending this one.
prove() {
  if words=$(come_up "$1" 2>&1); then
    forget_previous
    return 0
  fi
  words=${"$"}{words#"$label: "}
  [ -f "$previous" ] || fail "does not come up with the new configuration: $words"
  put_previous_back
  if again=$(come_up restart 2>&1); then
    forget_previous
    fail "the new configuration does not hold, so the previous one is back and runs: $words"
  fi
  fail "comes up neither with the new configuration nor with the previous one, which is back. With the new one: $words
With the previous one: ${"$"}{again#"$label: "}"
}`;
