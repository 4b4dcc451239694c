/**
 * What went wrong with Elasticsearch, as far as it matters for going on: `unreachable` (no answer), `busy` (asks to
 * wait), `denied` (credentials or privileges), `missing` (no such index), `too_large` (the request or its answer),
 * `failed` (anything else).
 */
export type ElasticErrorKind = "unreachable" | "busy" | "denied" | "missing" | "too_large" | "failed";

export class ElasticError extends Error {
  constructor(
    readonly kind: ElasticErrorKind,
    message: string,
    /** How long the server asked to wait, in milliseconds; 0 when it did not say. */
    readonly retryAfterMs = 0,
  ) {
    super(message);
  }
}

/** The error of whoever needs every shard. */
export function shardsAway(indices: readonly string[]): ElasticError {
  return new ElasticError("busy", `shards of ${indices.join(", ")} are away`);
}

const longestReason = 500;

/** The error that an answer with this status stands for; `what` names the request. The body may say why. */
export function errorOfAnswer(what: string, status: number, body: Buffer, retryAfterMs = 0): ElasticError {
  const reason = reasonOf(body);
  return new ElasticError(
    kindOf(status),
    `Elasticsearch answered ${status} to ${what}${reason === "" ? "" : `: ${reason}`}`,
    retryAfterMs,
  );
}

function kindOf(status: number): ElasticErrorKind {
  if (status === 401 || status === 403) return "denied";
  if (status === 404) return "missing";
  if (status === 413) return "too_large";
  if (status === 408 || status === 429 || status >= 500) return "busy";
  return "failed";
}

function reasonOf(body: Buffer): string {
  const text = body.toString("utf8", 0, 4096);
  try {
    const { error } = JSON.parse(body.toString("utf8")) as { error?: string | { type?: string; reason?: string } };
    if (typeof error === "string") return error.slice(0, longestReason);
    if (error !== undefined) return `${error.type ?? "error"}: ${error.reason ?? ""}`.slice(0, longestReason);
  } catch {
    // Not JSON: a proxy's page. Its words, without the tags, are all there is.
  }
  return text
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, longestReason);
}
