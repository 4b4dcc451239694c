/** Shell functions that find and end processes by our environment, whoever started them. */
export const ourProcesses = `# Our processes are known by their environment, whether or not the pid file is still there.
our_pids() {
  for file in $(grep -lzxF "DEEPTRACE_STATE=$state_directory" /proc/[0-9]*/environ 2>/dev/null); do
    file=${"$"}{file#/proc/}
    echo "${"$"}{file%/environ}"
  done
}`;

export const endProcesses = `# A process that is ending has no environment any more but may still hold its port.
some_live() {
  for pid in "$@"; do
    case $(sed 's/.*) //' "/proc/$pid/stat" 2>/dev/null) in
      '' | Z* | X*) ;;
      *) return 0 ;;
    esac
  done
  return 1
}

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

end_strays() {
  strays=$(stray_pids)
  [ -z "$strays" ] || end_processes $strays
}`;
