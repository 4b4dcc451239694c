#!/bin/sh
# Runs the agent in the foreground, as this very process. The password stays in the file that DEEPTRACE_CONFIG names.
set -eu

: "${DEEPTRACE_PREFIX:?run_agent.sh: DEEPTRACE_PREFIX is not set: it is the directory that install_agent.sh filled}"
: "${DEEPTRACE_CONFIG:?run_agent.sh: DEEPTRACE_CONFIG is not set: it is the path of deeptrace.toml}"
: "${DEEPTRACE_STATE:?run_agent.sh: DEEPTRACE_STATE is not set: it is the directory for the pid file and the spool}"

if [ ! -f "$DEEPTRACE_PREFIX/agent.js" ]; then
  echo "run_agent.sh: no agent in $DEEPTRACE_PREFIX: run scripts/install_agent.sh first" >&2
  exit 1
fi
export DEEPTRACE_CONFIG DEEPTRACE_STATE
exec node "$DEEPTRACE_PREFIX/agent.js"
