#!/bin/sh
# Ends the agent that DEEPTRACE_STATE/agent.pid names. None running is no error.
set -eu

: "${DEEPTRACE_STATE:?stop_agent.sh: DEEPTRACE_STATE is not set: it is the directory with the pid file}"
pid=$(cat "$DEEPTRACE_STATE/agent.pid" 2>/dev/null || true)
if [ -n "$pid" ] && tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -q 'agent\.py'; then
  kill -TERM "$pid"
fi
rm -f "$DEEPTRACE_STATE/agent.pid"
