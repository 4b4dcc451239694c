#!/bin/sh
# Runs the agent in the foreground, as this very process.
set -eu

: "${DEEPTRACE_PREFIX:?run_agent.sh: DEEPTRACE_PREFIX is not set: it is the directory that install_agent.sh filled}"
exec python3 -I -S "$DEEPTRACE_PREFIX/agent.py"
