#!/bin/sh
# Made by deeptrace for agent "web-1": starts it again when it fails, and keeps its log short.
set -u
log_limit='10485760'
log_file="$HOME"'/.deeptrace/agents/web-1/state/agent.log'
pid_file="$HOME"'/.deeptrace/agents/web-1/state/agent.pid'

launch() {
  cd "$HOME"'/.deeptrace/agents/web-1/source' && unset DEEPTRACE_SUPERVISES && exec env DEEPTRACE_CONFIG="$HOME"'/.deeptrace/agents/web-1/config/deeptrace.toml' DEEPTRACE_PREFIX="$HOME"'/.deeptrace/agents/web-1/install' DEEPTRACE_STATE="$HOME"'/.deeptrace/agents/web-1/state' ./scripts/run_agent.sh
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
