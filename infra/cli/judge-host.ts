import type { AgentSpec } from "../fleet/fleet";
import type { Check, HostFacts } from "./host-check";
import { judgeClock, judgeElastic, judgeGit, judgePort } from "./judge-reach";

const mebibyte = 1024;
/** KiB below which nothing can be rolled out. */
const leastFree = 200 * mebibyte;

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
