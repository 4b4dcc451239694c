#!/bin/sh
# Checks what the agent needs and copies what runs into DEEPTRACE_PREFIX. Run again, it changes nothing.
set -eu

fail() {
  echo "install_agent.sh: $1" >&2
  exit 1
}

: "${DEEPTRACE_PREFIX:?install_agent.sh: DEEPTRACE_PREFIX is not set: it is the directory to install into}"
[ -f agent.js ] && [ -f VERSION ] || fail "agent.js is not in $(pwd): run this from the checkout of the agent"

command -v node >/dev/null 2>&1 || fail "node is missing: install Node.js 20 or later (Debian: apt-get install nodejs)"
node -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 20 ? 0 : 1)' ||
  fail "node $(node --version) is too old: Node.js 20 or later is needed"
command -v strace >/dev/null 2>&1 || fail "strace is missing: install it (Debian: apt-get install strace)"
strace --syscall-times=ns -o /dev/null true >/dev/null 2>&1 ||
  fail "$(strace --version | head -n 1) cannot be used: version 5.6 or later and the right to trace processes are needed"
if [ "$(id -u)" -ne 0 ] && [ "$(cat /proc/sys/kernel/yama/ptrace_scope 2>/dev/null || echo 0)" -gt 0 ]; then
  fail "kernel.yama.ptrace_scope keeps $(id -un) from tracing its own services: run the agent as root or set it to 0"
fi

mkdir -p "$DEEPTRACE_PREFIX"
for file in agent.js VERSION; do
  if ! cmp -s "$file" "$DEEPTRACE_PREFIX/$file"; then
    # Renamed into place: an agent that is starting never reads half a file.
    cp "$file" "$DEEPTRACE_PREFIX/$file.new"
    mv "$DEEPTRACE_PREFIX/$file.new" "$DEEPTRACE_PREFIX/$file"
  fi
done
echo "agent $(cat VERSION) is installed in $DEEPTRACE_PREFIX"
