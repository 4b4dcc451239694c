import { get } from "node:http";
import { isIP } from "node:net";
import type { ApiLook, ClockLook } from "./agent-look";

/** The header `Date` has whole seconds: the moment lies anywhere in that second. */
const headerErrorMs = 500;

/** Asks an agent's API how it is; never rejects. `host` is the agent's, to tell whether its API can be reached from here. */
export async function askAgentApi(url: string | undefined, host: string, timeoutMs: number): Promise<ApiLook> {
  if (url === undefined) return { state: "not asked", reason: "agent_list has no address of it" };
  const target = URL.canParse("/api/status", url) ? new URL("/api/status", url) : undefined;
  if (target?.protocol !== "http:") return { state: "not asked", reason: `${url} is no http:// address` };
  if (isLoopback(target.hostname) && !isLoopback(host)) {
    return { state: "not asked", reason: "it listens on its host's loopback alone" };
  }
  const asked = Date.now();
  const answer = await request(target, timeoutMs);
  if (typeof answer === "string") return { state: "fails", reason: answer };
  if (answer.status !== 200) return { state: "fails", reason: `it answered ${answer.status}` };
  const answered = Date.now();
  return { state: "answers", tookMs: answered - asked, clock: clockOf(answer.date, asked, answered) };
}

/** What the agent's host says the time is, if it says so, against the middle of question and answer. */
export function clockOf(date: string | undefined, asked: number, answered: number): ClockLook | undefined {
  const there = date === undefined ? Number.NaN : Date.parse(date);
  if (Number.isNaN(there)) return undefined;
  const offsetMs = Math.round(there + headerErrorMs - (asked + answered) / 2);
  return { offsetMs, errorMs: Math.ceil(headerErrorMs + (answered - asked) / 2) };
}

/** Status and time of the answer, or why there is none. The body is not needed. */
function request(url: URL, timeoutMs: number): Promise<{ status: number; date: string | undefined } | string> {
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const asking = get(url, { agent: false, signal }, (response) => {
      resolve({ status: response.statusCode ?? 0, date: response.headers.date });
      response.destroy();
    });
    asking.on("error", (error: NodeJS.ErrnoException) => {
      resolve(signal.aborted ? `no answer within ${timeoutMs} ms` : (error.code ?? error.message));
    });
  });
}

function isLoopback(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, "");
  return name === "localhost" || name === "::1" || (isIP(name) === 4 && name.startsWith("127."));
}
