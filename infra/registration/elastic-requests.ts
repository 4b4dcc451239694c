import { ElasticError, errorOfAnswer } from "../../assembler/elastic/elastic-error";
import { TimeLimit } from "../../assembler/time-limit";
import type { ElasticTarget } from "./registration-contract";

export interface ElasticQuestion {
  readonly method: "GET" | "POST" | "PUT" | "DELETE" | "HEAD";
  readonly path: string;
  readonly body?: object;
  /** Statuses that are answers rather than errors, besides 2xx. */
  readonly allowed?: readonly number[];
}

const timeLimitMs = 10_000;

/**
 * Asks Elasticsearch once. Throws {@link ElasticError}; no credential is in its message. Node's own fetch serves the few small requests of a
 * registration: the client of the assembler would double the provider's memory.
 */
export async function askElastic(
  target: ElasticTarget,
  { method, path, body, allowed }: ElasticQuestion,
  cancelled: AbortSignal,
): Promise<{ status: number; body: Buffer }> {
  const what = `${method} ${path.split("?", 1)[0]}`;
  const timeLimit = new TimeLimit(cancelled, timeLimitMs);
  let answer: { status: number; body: Buffer };
  try {
    const response = await fetch(`${target.url}${path}`, {
      method,
      headers: {
        accept: "application/json",
        ...credentials(target),
        ...(body && { "content-type": "application/json" }),
      },
      ...(body && { body: JSON.stringify(body) }),
      redirect: "manual",
      signal: timeLimit.signal,
    });
    answer = { status: response.status, body: Buffer.from(await response.arrayBuffer()) };
  } catch (error) {
    if (cancelled.aborted) throw new Error("cancelled");
    const reason = timeLimit.isOver ? `no answer within ${timeLimitMs / 1000} s` : reasonOf(error);
    throw new ElasticError("unreachable", reason);
  } finally {
    timeLimit.end();
  }
  if (answer.status < 300 || allowed?.includes(answer.status)) return answer;
  throw errorOfAnswer(what, answer.status, answer.body);
}

/** The same, its answer read as JSON; a proxy's page is an error, too. */
export async function askElasticJson<T>(
  target: ElasticTarget,
  question: ElasticQuestion,
  cancelled: AbortSignal,
): Promise<{ status: number; answer: T }> {
  const { status, body } = await askElastic(target, question, cancelled);
  try {
    return { status, answer: JSON.parse(body.toString("utf8")) as T };
  } catch {
    const start = body.toString("utf8", 0, 100).replace(/\s+/g, " ");
    throw new ElasticError("failed", `what answers there is no Elasticsearch: ${start}`);
  }
}

function credentials({ username, password }: ElasticTarget): Record<string, string> {
  if (username === "" && password === "") return {};
  return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}` };
}

/** What lies under "fetch failed". */
function reasonOf(error: unknown): string {
  const { cause, message } = error as Error & { cause?: { message?: string; code?: string; errors?: Error[] } };
  return cause?.errors?.[0]?.message || cause?.message || cause?.code || message;
}
