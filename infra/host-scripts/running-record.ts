/** Shell functions that tell which process a program is, and what it was started with. */
export const processRecord = String.raw`# What is noted of the running program, but for which process it is.
noted() {
  sed '/^process /d' "$running_file" 2>/dev/null
}

# Clock ticks from the boot to the start of a process. Its name may have spaces, so fields are counted from behind it.
start_ticks() {
  { read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 0
  set -- ${"$"}{stat##*) }
  printf '%s\n' "${"$"}{20}"
}

# A process is known by its number and its start, which no later one shares.
process_mark() {
  pid=$(program_pid)
  [ -z "$pid" ] || printf 'process %s %s\n' "$pid" "$(start_ticks "$pid")"
}

is_noted_process() {
  mark=$(process_mark)
  [ -n "$mark" ] && [ -f "$running_file" ] || return 1
  while IFS= read -r line; do
    [ "$line" != "$mark" ] || return 0
  done <"$running_file"
  return 1
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
  [ -n "$1" ] || return 1
  started=$(started_at)
  [ -n "$started" ] && [ "$started" -lt "$1" ]
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
}`;

/** Shell functions that note what a program was started with, and restart it if it may run something else. */
export const runningRecord = String.raw`what_would_run() {
  printf 'version %s\n' "$(installed_version)"
  printf 'installed %s\n' "$(digest "$manifest_file")"
  printf 'config %s %s\n' "$(digest "$config_file")" "$(sed -n 's/^public //p' "$written_file" 2>/dev/null)"
  printf 'unit %s\n' "$(digest "$unit_file")"
}

note_running() {
  mark=$(process_mark)
  put_text "$running_file" "$1${"$"}{mark:+$newline$mark}"
}

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

restart_program() {
  rm -f "$running_file"
  starting_with=$(what_would_run)
  start_program
  wait_until_healthy
  note_running "$starting_with"
}

# A program that started after a file was altered may run the alteration; one that started before does not.
restart_if_started_since() {
  [ -n "$1" ] || return 0
  started=$(started_at)
  if [ -n "$started" ] && [ "$started" -ge "$1" ]; then restart_program; fi
}`;
