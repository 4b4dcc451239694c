/** What an agent reaches and is reached by: repository, Elasticsearch, its own port, the right time; pure. */
import type { AgentSpec } from "../fleet/fleet";
import type { ClockOffset } from "./clock-offset";
import type { Check, HostFacts } from "./host-check";

const warnOffsetMs = 500;
const failOffsetMs = 60_000;

export function judgeGit({ source: { repo } }: AgentSpec, facts: HostFacts["facts"]): Check {
  const code = facts.get("git.code");
  if (code === "0") return { check: "git", result: "ok", found: `reaches ${repo}` };
  if (code === undefined) {
    return {
      check: "git",
      result: "failed",
      found: "git is missing",
      advice: "install it (Debian: apt-get install git)",
    };
  }
  const found =
    code === "124" ? `no answer from ${repo} within 20 s` : `${repo}: ${facts.get("git.words") || `status ${code}`}`;
  const advice =
    "let this host through to the repository (firewall, DNS, proxy, deploy key), or set source.repo to one it reaches";
  return { check: "git", result: "failed", found, advice };
}

export function judgeElastic({ config }: AgentSpec, facts: HostFacts["facts"]): Check {
  const { node_url: url, username } = config.sender.elastic;
  const code = facts.get("elastic.code") ?? "";
  const check = "elasticsearch";
  if (/^2/.test(code)) return { check, result: "ok", found: `reaches ${url} as ${String(username)}` };
  if (code === "401") {
    return {
      check,
      result: "failed",
      found: `${url} refuses ${String(username)} (401)`,
      advice: "check elastic_password and username in [elastic]",
    };
  }
  if (code === "403") {
    const advice = "give it the right to write spans_*";
    return { check, result: "warning", found: `${url} knows ${String(username)} but lets it see little (403)`, advice };
  }
  const words = facts.get("elastic.words") || "no answer";
  if (words === "nothing here can ask")
    return { check, result: "warning", found: words, advice: "install curl to have this checked" };
  const found = code === "" || code === "000" ? `${url}: ${words}` : `${url} answers ${code}`;
  return {
    check,
    result: "failed",
    found,
    advice: "is it up, is [elastic] url right as seen from this host, does a firewall stand between?",
  };
}

export function judgePort({ config }: AgentSpec, facts: HostFacts["facts"]): Check {
  const { port } = config.api;
  const state = facts.get("port");
  if (state === "free") return { check: "port", result: "ok", found: `${port} is free` };
  if (state === "ours") return { check: "port", result: "ok", found: `${port} is this agent's` };
  const by = facts.get("port.by") ?? "another program";
  const found = `${port} is taken by ${by}`;
  return { check: "port", result: "failed", found, advice: "end that program, or set another port in [agents.api]" };
}

export function judgeClock(clock: ClockOffset | undefined): Check {
  if (clock === undefined) {
    return {
      check: "clock",
      result: "warning",
      found: "the host does not tell its time",
      advice: "install date (coreutils)",
    };
  }
  const { offsetMs, errorMs } = clock;
  const found = `${offsetMs >= 0 ? "+" : ""}${offsetMs} ms against this machine (± ${errorMs} ms)`;
  const certain = Math.abs(offsetMs) - errorMs;
  if (certain <= warnOffsetMs) return { check: "clock", result: "ok", found };
  const result = certain > failOffsetMs ? "failed" : "warning";
  return {
    check: "clock",
    result,
    found,
    advice: "keep its time by NTP (systemctl enable --now systemd-timesyncd, or chrony)",
  };
}
