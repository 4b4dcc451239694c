#!/bin/sh
# Copies what runs into DEEPTRACE_PREFIX.
set -eu

: "${DEEPTRACE_PREFIX:?install_agent.sh: DEEPTRACE_PREFIX is not set: it is the directory to install into}"
command -v python3 >/dev/null 2>&1 || { echo "install_agent.sh: python3 is missing: install it" >&2; exit 1; }
mkdir -p "$DEEPTRACE_PREFIX"
cp agent.py "$DEEPTRACE_PREFIX/agent.py.new"
mv "$DEEPTRACE_PREFIX/agent.py.new" "$DEEPTRACE_PREFIX/agent.py"
