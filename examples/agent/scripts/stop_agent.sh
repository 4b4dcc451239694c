#!/bin/sh
# Ends the agent that DEEPTRACE_STATE/agent.pid names and waits until it is gone. None running is no error.
set -eu

: "${DEEPTRACE_STATE:?stop_agent.sh: DEEPTRACE_STATE is not set: it is the directory with the pid file}"

file="$DEEPTRACE_STATE/agent.pid"
pid=$(cat "$file" 2>/dev/null || true)

is_agent() {
  # The pid may have gone to another program since; a zombie has no command line.
  [ -n "$pid" ] && tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -q 'agent\.js'
}

if ! is_agent 2>/dev/null; then
  rm -f "$file"
  exit 0
fi
kill -TERM "$pid"
# The agent gives strace 3 s to let go and Elasticsearch 3 s to take the last spans.
tries=0
while is_agent 2>/dev/null; do
  tries=$((tries + 1))
  if [ "$tries" -eq 150 ]; then
    echo "stop_agent.sh: the agent (process $pid) did not end within 15 s and is killed; its spans on disk are kept" >&2
    kill -KILL "$pid" 2>/dev/null || true
  elif [ "$tries" -ge 200 ]; then
    echo "stop_agent.sh: the agent (process $pid) cannot be ended" >&2
    exit 1
  fi
  sleep 0.1
done
rm -f "$file"
