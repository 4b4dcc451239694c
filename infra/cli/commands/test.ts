import { hostCheckScript, hostCheckTimeLimitSeconds } from "../../host-scripts/host-check-script";
import type { AgentReport } from "../agent-report";
import { measureClock } from "../clock-offset";
import { AccessFault, type EnteredHost } from "../host-access";
import type { Check } from "../host-check";
import { judgeHost } from "../judge-host";
import { keyValueLines } from "../key-value-lines";
import type { AgentWork } from "../run-on-agents";
import type { FleetAgent } from "../stack/open-fleet";

/** Checks what an agent needs of its host, before or after it is there; nothing is changed. */
export function testWork(): AgentWork {
  return async (agent, host, say) => {
    const checks = [enteredCheck(agent, host), ...(await checksOn(agent, host, say))];
    const failed = checks.filter(({ result }) => result === "failed").length;
    const warnings = checks.filter(({ result }) => result === "warning").length;
    return {
      agent: agent.name,
      standing: failed > 0 ? "unwell" : "well",
      state: failed > 0 ? "failed" : warnings > 0 ? "warning" : "ok",
      summary: summaryOf(checks.length, failed, warnings),
      details: checks.map(checkLine),
      facts: { checks },
    } satisfies AgentReport;
  };
}

function enteredCheck({ host: { target } }: FleetAgent, host: EnteredHost): Check {
  const found = `logged in as ${target.user}${target.proxy ? ` through ${target.proxy.host}` : ""}`;
  return { check: "ssh", result: "ok", found: host.onTrust === undefined ? `${found}, host key as known` : found };
}

async function checksOn(agent: FleetAgent, host: EnteredHost, say: (words: string) => void): Promise<Check[]> {
  say("reading the clock");
  const clock = await measureClock(host);
  say("checking");
  try {
    const { code, stdout, stderr } = await host.run({
      label: "deeptrace-check",
      text: hostCheckScript(agent),
      timeLimitSeconds: hostCheckTimeLimitSeconds,
    });
    const facts = keyValueLines(stdout);
    if (facts.size > 0) return judgeHost(agent, { facts, clock });
    throw new Error(`the checks ended with status ${code ?? "unknown"}: ${stderr.trim().split("\n").at(-1) ?? ""}`);
  } catch (error) {
    if (!(error instanceof AccessFault)) throw error;
    const advice = "the other checks need it";
    return [{ check: "sudo", result: "failed", found: error.message, advice }];
  }
}

function summaryOf(all: number, failed: number, warnings: number): string {
  const parts = [...(failed > 0 ? [`${failed} failed`] : []), ...(warnings > 0 ? [`${warnings} to look at`] : [])];
  return `${all} checks${parts.length === 0 ? ", all well" : `: ${parts.join(", ")}`}`;
}

function checkLine({ check, result, found, advice }: Check): string {
  const mark = { ok: "ok     ", warning: "warning", failed: "FAILED " }[result];
  return `${mark} ${check.padEnd(13)} ${found}${advice === undefined ? "" : `: ${advice}`}`;
}
