import type { AgentSpec } from "../fleet/fleet";
import { healthCheck } from "./health-check";
import { agentLayout } from "./host-layout";
import { agentProgram } from "./managed-program";
import { programVariables } from "./program-control";
import { assignments, printingFunction } from "./shell-quote";

/** Seconds that a host has for all its checks; the slowest are git's 20 and Elasticsearch's 10. */
export const hostCheckTimeLimitSeconds = 60;

const facts = String.raw`# One line, whatever the value.
fact() {
  printf '%s=%s\n' "$1" "$(printf '%s' "$2" | tr '\n' ' ')"
}

check_system() {
  fact uid "$(id -u)"
  fact kernel "$(uname -sr)"
  if [ -r /sys/kernel/btf/vmlinux ]; then fact btf yes; else fact btf no; fi
  if [ -d /run/systemd/system ]; then fact systemd yes; else fact systemd no; fi
  present=
  for tool in git flock timeout curl wget bash sha256sum base64 setsid nohup; do
    ! command -v "$tool" >/dev/null 2>&1 || present="$present $tool"
  done
  fact tools "$present"
}

# The directory itself, or the nearest above it that is there.
nearest() {
  path=$1
  until [ -d "$path" ]; do path=$(dirname "$path"); done
  printf '%s' "$path"
}

check_disk() {
  directory=$(nearest "$2")
  free=$(df -Pk "$directory" 2>/dev/null | tail -n 1 | tr -s ' ' | cut -d ' ' -f 4)
  if [ -w "$directory" ]; then writable=writable; else writable=read-only; fi
  fact "disk.$1" "$free $writable $directory"
}

check_git() {
  command -v git >/dev/null 2>&1 || return 0
  code=0
  words=$(GIT_TERMINAL_PROMPT=0 GIT_SSH_COMMAND='ssh -o BatchMode=yes -o ConnectTimeout=10' timeout 20 git ls-remote -- "$repo" HEAD 2>&1) || code=$?
  fact git.code "$code"
  fact git.words "$(printf '%s\n' "$words" | grep -m 1 '^fatal:' || printf '%s\n' "$words" | tail -n 1)"
}`;

/** Credentials go to the clients on stdin, never as arguments. */
const elastic = String.raw`ask_elastic() (
  unset http_proxy HTTP_PROXY https_proxy HTTPS_PROXY all_proxy ALL_PROXY
  if command -v curl >/dev/null 2>&1; then
    curl_settings | curl -sS -m 10 -o /dev/null -w '%{http_code}\n' -K - "$elastic_url/" 2>&1
  elif [ -n "$elastic_host" ] && command -v bash >/dev/null 2>&1 && command -v timeout >/dev/null 2>&1; then
    http_request | timeout 10 bash -c 'exec 3<>"/dev/tcp/$0/$1" && cat >&3 && head -n 1 <&3' "$elastic_host" "$elastic_port" 2>&1
  elif command -v wget >/dev/null 2>&1; then
    wget_settings | wget --config=/dev/stdin -S -T 10 -t 1 -O /dev/null "$elastic_url/" 2>&1
  else
    echo 'nothing here can ask'
  fi
)

check_elastic() {
  said=$(ask_elastic) || true
  fact elastic.code "$(printf '%s\n' "$said" | sed -n -e 's/^ *HTTP\/[0-9.]* \([0-9][0-9][0-9]\).*/\1/p' -e 's/^\([0-9][0-9][0-9]\)$/\1/p' | tail -n 1)"
  fact elastic.words "$(printf '%s\n' "$said" | grep -vE '^[0-9]{3}$' | tail -n 1)"
}`;

const port = String.raw`check_port() {
  hex=$(printf '%04X' "$health_port")
  inode=$(cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | tr -s ' ' | sed 's/^ //' |
    grep -E "^[0-9]+: [0-9A-F]+:$hex [0-9A-F]+:[0-9A-F]+ 0A " | head -n 1 | cut -d ' ' -f 10)
  if [ -z "$inode" ]; then fact port free; return; fi
  if answers; then fact port ours; return; fi
  fact port taken
  holder=$(find /proc/[0-9]*/fd -lname "socket:\[$inode\]" 2>/dev/null | head -n 1 | cut -d / -f 3)
  [ -z "$holder" ] || fact port.by "$(cat "/proc/$holder/comm") (process $holder)"
}`;

/**
 * The read-only script that prints what an agent needs of its host, as `key=value` lines: `uid`, `kernel`, `btf`, `systemd`, `tools` (those
 * that are there), `disk.program|config|state` (`KIB writable|read-only DIRECTORY`), `git.code`, `git.words`, `elastic.code` (HTTP status),
 * `elastic.words`, `port` (free, ours, taken), `port.by`. It holds the password of Elasticsearch, so it may only travel on stdin.
 */
export function hostCheckScript({ name, host, source, config }: AgentSpec): string {
  const layout = agentLayout(name, host.serviceManager);
  const program = agentProgram(name, layout, host.serviceManager, config.api);
  const { node_url: url, username, password } = config.sender.elastic;
  const user = typeof username === "string" ? username : "";
  const secret = typeof password === "string" ? password : "";
  const { protocol, hostname, port: number } = new URL(url);
  const plain = protocol === "http:";
  return `set -u
export LC_ALL=C PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
${assignments({
  repo: source.repo,
  elastic_url: url.replace(/\/$/, ""),
  elastic_host: plain ? hostname.replace(/^\[|\]$/g, "") : "",
  elastic_port: number === "" ? "80" : number,
})}
${assignments(
  {},
  {
    program_directory: layout.baseDirectory,
    config_directory: layout.configDirectory,
    own_state_directory: layout.stateDirectory,
  },
)}
${programVariables(program)}

${printingFunction("curl_settings", `user = "${`${user}:${secret}`.replace(/["\\]/g, "\\$&")}"\n`)}

${printingFunction("wget_settings", `auth_no_challenge = on\nhttp_user = ${user}\nhttp_password = ${secret}\n`)}

${printingFunction("http_request", httpRequest(hostname, user, secret))}

${[facts, elastic, healthCheck, port].join("\n\n")}

main() {
  check_system
  check_disk program "$program_directory"
  check_disk config "$config_directory"
  check_disk state "$own_state_directory"
  check_port
  check_git
  check_elastic
}

main </dev/null
`;
}

function httpRequest(hostname: string, user: string, password: string): string {
  const credentials = Buffer.from(`${user}:${password}`).toString("base64");
  return `GET / HTTP/1.0\r\nHost: ${hostname}\r\nAuthorization: Basic ${credentials}\r\n\r\n`;
}
