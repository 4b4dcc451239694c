import type { AgentSpec } from "../fleet/fleet";
import type { ClockOffset } from "./clock-offset";

/** One thing an agent needs of its host. */
export interface Check {
  readonly check: string;
  readonly result: "ok" | "warning" | "failed";
  /** What was found. */
  readonly found: string;
  /** What to do about it; absent if nothing is. */
  readonly advice?: string;
}

/** What was found on a host: the lines of `host-check-script.ts`, and its clock. */
export interface HostFacts {
  readonly facts: ReadonlyMap<string, string>;
  readonly clock: ClockOffset | undefined;
}

const mebibyte = 1024;
/** KiB below which nothing can be rolled out. */
const leastFree = 200 * mebibyte;
const warnOffsetMs = 500;
const failOffsetMs = 60_000;

/** Judges what was found on an agent's host. Pure; one check per need, in the order in which a rollout meets them. */
export function judgeHost(agent: AgentSpec, { facts, clock }: HostFacts): Check[] {
  return [
    judgeRights(agent, facts),
    judgeServiceManager(agent, facts),
    judgeTools(agent, facts),
    judgeGit(agent, facts),
    judgeDisk(agent, facts),
    judgeKernel(facts),
    judgeElastic(agent, facts),
    judgePort(agent, facts),
    judgeClock(clock),
  ];
}

function judgeRights({ host: { target, serviceManager } }: AgentSpec, facts: HostFacts["facts"]): Check {
  const root = facts.get("uid") === "0";
  if (root) return { check: "sudo", result: "ok", found: target.become ? "root by sudo" : "root by login" };
  if (serviceManager === "process") {
    return { check: "sudo", result: "ok", found: `runs as ${target.user}, needs no root` };
  }
  return {
    check: "sudo",
    result: "failed",
    found: `commands run as user id ${facts.get("uid") ?? "unknown"}`,
    advice: 'systemd needs root: set become = true, or service_manager = "process"',
  };
}

function judgeServiceManager({ host: { serviceManager } }: AgentSpec, facts: HostFacts["facts"]): Check {
  const present = facts.get("systemd") === "yes";
  if (serviceManager === "process") return { check: "systemd", result: "ok", found: "not needed (plain process)" };
  if (present) return { check: "systemd", result: "ok", found: "runs" };
  return {
    check: "systemd",
    result: "failed",
    found: "this host does not run systemd",
    advice: 'set service_manager = "process" for this agent',
  };
}

function judgeTools({ host: { serviceManager } }: AgentSpec, facts: HostFacts["facts"]): Check {
  const present = new Set((facts.get("tools") ?? "").split(" "));
  const needed = [
    "git",
    "timeout",
    "sha256sum",
    "base64",
    ...(serviceManager === "process" ? ["setsid", "nohup"] : []),
  ];
  const missing = needed.filter((tool) => !present.has(tool));
  if (missing.length > 0) {
    const advice = `install ${missing.join(", ")} (Debian: apt-get install git coreutils util-linux)`;
    return { check: "tools", result: "failed", found: `missing: ${missing.join(", ")}`, advice };
  }
  const lacking = [
    ...(present.has("flock") ? [] : ["flock, so two rollouts at once are not kept apart"]),
    ...(["curl", "wget", "bash"].some((tool) => present.has(tool))
      ? []
      : ["curl, wget or bash, so nobody can ask whether the agent is healthy"]),
  ];
  if (lacking.length === 0) return { check: "tools", result: "ok", found: "all there" };
  const advice = "install util-linux and curl (Debian: apt-get install util-linux curl)";
  return { check: "tools", result: "warning", found: `missing: ${lacking.join("; ")}`, advice };
}

function judgeGit({ source: { repo } }: AgentSpec, facts: HostFacts["facts"]): Check {
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

function judgeDisk({ config }: AgentSpec, facts: HostFacts["facts"]): Check {
  const places = ["program", "config", "state"].flatMap((place) => {
    const [, free, mode, directory] = /^(\S+) (\S+) (.*)$/.exec(facts.get(`disk.${place}`) ?? "") ?? [];
    return directory === undefined ? [] : [{ directory, mode, free: Number(free) }];
  });
  if (places.length === 0)
    return { check: "disk", result: "warning", found: "cannot be told", advice: "look with df -h" };
  const least = places.reduce((a, b) => (b.free < a.free ? b : a));
  const found = `${Math.floor(least.free / mebibyte)} MiB free at ${least.directory}`;
  const closed = places.find(({ mode }) => mode !== "writable");
  if (closed !== undefined) {
    const advice = "mount it writable, or log in as a user who may write there";
    return { check: "disk", result: "failed", found: `${closed.directory} cannot be written`, advice };
  }
  if (least.free < leastFree) return { check: "disk", result: "failed", found, advice: "free 200 MiB or more there" };
  const spool = spoolLimit(config.sender) / 1024;
  if (least.free >= leastFree + spool) return { check: "disk", result: "ok", found };
  const advice = `the agent may keep ${Math.floor(spool / mebibyte)} MiB of spans there (sender.flat_file.file_size_limit): free more, or lower that`;
  return { check: "disk", result: "warning", found, advice };
}

/** Bytes that an agent may spool. */
function spoolLimit(sender: AgentSpec["config"]["sender"]): number {
  const limit = (sender.flat_file as { file_size_limit?: unknown } | undefined)?.file_size_limit;
  return typeof limit === "number" ? limit : 0;
}

function judgeKernel(facts: HostFacts["facts"]): Check {
  const kernel = facts.get("kernel") ?? "unknown kernel";
  const [, major = "0", minor = "0"] = /(\d+)\.(\d+)/.exec(kernel) ?? [];
  const old = Number(major) < 5 || (Number(major) === 5 && Number(minor) < 8);
  const btf = facts.get("btf") === "yes";
  const found = `${kernel}, ${btf ? "with" : "no"} BTF`;
  if (!old && btf) return { check: "kernel", result: "ok", found };
  const advice = `an agent that traces by eBPF needs ${old ? "Linux 5.8 or later" : "a kernel with CONFIG_DEBUG_INFO_BTF (/sys/kernel/btf/vmlinux)"}`;
  return { check: "kernel", result: "warning", found, advice };
}

function judgeElastic({ config }: AgentSpec, facts: HostFacts["facts"]): Check {
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

function judgePort({ config }: AgentSpec, facts: HostFacts["facts"]): Check {
  const { port } = config.api;
  const state = facts.get("port");
  if (state === "free") return { check: "port", result: "ok", found: `${port} is free` };
  if (state === "ours") return { check: "port", result: "ok", found: `${port} is this agent's` };
  const by = facts.get("port.by") ?? "another program";
  const found = `${port} is taken by ${by}`;
  return { check: "port", result: "failed", found, advice: "end that program, or set another port in [agents.api]" };
}

function judgeClock(clock: ClockOffset | undefined): Check {
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
