import type { Span } from "../span/span";

/**
 * How a parent was found. `connection`: same connection, same place in it. `payload`: the same request and response on
 * another connection, as behind an address translator or a proxy. `identifier`: the only open request with the
 * same value in an identifying header. `thread`: the request its thread handled then. `only`: the only request its
 * process handled then. `timing`: gaps as they were learnt. `order`: whose turn it was. `traceparent`: the header names the span.
 */
export type FoundBy = "connection" | "payload" | "identifier" | "thread" | "only" | "timing" | "order" | "traceparent";

/** As stored: a span may also name its parent itself. */
export type LinkMethod = "given" | FoundBy;

/** Why a span has the parent that was found for it. */
export interface Link {
  readonly parentId: string;
  readonly method: FoundBy;
  /** 0 to 1: how probable this parent is, as far as the evidence goes. */
  readonly confidence: number;
  /** Span id of the next best parent, where there was one. */
  readonly runnerUp?: string;
  /** The confidence is below what the settings ask for: the parent is a guess, and not asserted. */
  readonly doubtful?: true;
}

/** Choices of less confidence are marked as doubtful, unless the settings say otherwise: more likely wrong than right. */
export const usualLeastConfidence = 0.5;

/** Two agents' spans belong to different traces for certain when both were given trace ids and these differ. */
export function mayShareTrace(left: Span, right: Span): boolean {
  return left.traceId === "" || right.traceId === "" || left.traceId === right.traceId;
}

/** Whether two links are stored as the same text. */
export function sameLink(left: Link | undefined, right: Link | undefined): boolean {
  if (left === right) return true;
  if (left === undefined || right === undefined) return false;
  return (
    left.parentId === right.parentId &&
    left.method === right.method &&
    left.confidence === right.confidence &&
    left.runnerUp === right.runnerUp &&
    left.doubtful === right.doubtful
  );
}
