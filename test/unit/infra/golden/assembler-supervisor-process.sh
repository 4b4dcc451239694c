#!/bin/sh
# Made by deeptrace for assembler: starts it again when it fails, and keeps its log short.
set -u
log_limit='10485760'
log_file="$HOME"'/.deeptrace/assembler/state/assembler.log'
pid_file="$HOME"'/.deeptrace/assembler/state/assembler.pid'

launch() {
  cd "$HOME"'/.deeptrace/assembler' && unset DEEPTRACE_SUPERVISES && exec env DEEPTRACE_STATE="$HOME"'/.deeptrace/assembler/state' node "$HOME"'/.deeptrace/assembler/deeptrace-assembler.js' --config "$HOME"'/.deeptrace/assembler/config/assembler.toml'
}

# One that has ended stays in the process table until it is waited for.
is_alive() {
  { read -r line <"/proc/$1/stat"; } 2>/dev/null || return 1
  case ${line##*) } in
    Z* | X*) return 1 ;;
  esac
}

shorten_log() {
  [ "$(wc -c <"$log_file")" -gt "$log_limit" ] || return 0
  cp "$log_file" "$log_file.1.new" && mv "$log_file.1.new" "$log_file.1"
  : >"$log_file"
}

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
