import type { PartialSuccess } from "../otlp-model";
import { decodeResponse } from "../otlp-protobuf";

export interface BackendAnswer {
  readonly status: number;
  readonly contentType: string;
  /** Seconds, or a date; "" = not said. */
  readonly retryAfter: string;
  readonly body: Buffer;
}

/**
 * What an answer means for what was sent. `taken`: done with, but for the spans it rejected. `later`: not now. `smaller`:
 * in smaller pieces. `refused`: never, as it is. `misconfigured`: a person has to change something first.
 */
export type BackendVerdict =
  | { readonly kind: "taken"; readonly rejectedSpans: number; readonly reason: string }
  | { readonly kind: "later"; readonly reason: string; readonly retryAfterMs: number }
  | { readonly kind: "smaller" | "refused" | "misconfigured"; readonly reason: string };

const longestReason = 300;
const longestPauseMs = 300_000;
/** Besides these the OTLP specification has 429, 502, 503 and 504. */
const passing = [408, 429];
const ofTheRequest = [400, 422];

export function judgeAnswer(answer: BackendAnswer): BackendVerdict {
  const { status } = answer;
  if (status >= 200 && status < 300) return judgePartialSuccess(answer);
  const words = answer.contentType.includes("protobuf") ? "" : answer.body.toString("utf8").slice(0, longestReason);
  const reason = `answered ${status}${words === "" ? "" : `: ${words.replace(/\s+/g, " ").trim()}`}`;
  if (status === 413) return { kind: "smaller", reason };
  if (ofTheRequest.includes(status)) return { kind: "refused", reason };
  if (passing.includes(status) || status >= 500) {
    return { kind: "later", reason, retryAfterMs: retryAfterMs(answer.retryAfter) };
  }
  return { kind: "misconfigured", reason };
}

function judgePartialSuccess({ contentType, body }: BackendAnswer): BackendVerdict {
  const { rejectedSpans = "0", errorMessage = "" } = readPartialSuccess(contentType, body);
  return { kind: "taken", rejectedSpans: Number(rejectedSpans) || 0, reason: errorMessage.slice(0, longestReason) };
}

/** What cannot be read is taken for success, as the status says so. */
function readPartialSuccess(contentType: string, body: Buffer): PartialSuccess {
  try {
    if (contentType.includes("protobuf")) return decodeResponse(body).partialSuccess ?? {};
    return (JSON.parse(body.toString("utf8")) as { partialSuccess?: PartialSuccess }).partialSuccess ?? {};
  } catch {
    return {};
  }
}

function retryAfterMs(text: string): number {
  const seconds = Number(text);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(text) - Date.now();
  return Math.min(Math.max(ms || 0, 0), longestPauseMs);
}
