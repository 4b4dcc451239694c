import type { OtlpTally } from "../otlp-tally";
import type { BackendVerdict } from "./backend-verdict";
import { type ExportItem, exportRequest } from "./export-items";

/** The backend does not take anything now; nothing that was not taken counts as sent. */
export class BackendAway extends Error {
  constructor(
    readonly kind: "busy" | "denied",
    reason: string,
    /** Milliseconds the backend asked to wait; 0 = not said. */
    readonly retryAfterMs: number,
  ) {
    super(reason);
  }
}

export interface Sending {
  readonly send: (request: ReturnType<typeof exportRequest>) => Promise<BackendVerdict>;
  readonly tally: OtlpTally;
  readonly warn: (message: string, details: Readonly<Record<string, unknown>>) => void;
}

/**
 * Sends all of the items, at most `mostSpans` at once; what the backend finds too large or wrong is sent in halves, down
 * to the single span that it refuses. Throws BackendAway when it is to be tried again later.
 */
export async function sendItems(sending: Sending, items: readonly ExportItem[], mostSpans: number): Promise<void> {
  for (let place = 0; place < items.length; place += mostSpans) {
    await sendTogether(sending, items.slice(place, place + mostSpans));
  }
}

async function sendTogether(sending: Sending, items: readonly ExportItem[]): Promise<void> {
  const { tally, warn } = sending;
  const verdict = await sending.send(exportRequest(items));
  if (verdict.kind === "later") throw new BackendAway("busy", verdict.reason, verdict.retryAfterMs);
  if (verdict.kind === "misconfigured") throw new BackendAway("denied", verdict.reason, 0);
  if (verdict.kind === "taken") {
    tally.exportedSpans += items.length - verdict.rejectedSpans;
    tally.refusedSpans += verdict.rejectedSpans;
    if (verdict.rejectedSpans > 0 || verdict.reason !== "") {
      warn("the backend did not take all spans", { rejected: verdict.rejectedSpans, reason: verdict.reason });
    }
    return;
  }
  if (items.length > 1) {
    const half = items.length >> 1;
    await sendTogether(sending, items.slice(0, half));
    await sendTogether(sending, items.slice(half));
    return;
  }
  tally.refusedSpans += items.length;
  const [item] = items;
  warn("the backend refuses a span; it is left out", {
    trace_id: item?.span.traceId,
    span_id: item?.span.spanId,
    reason: verdict.reason,
  });
}
