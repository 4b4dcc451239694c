import type { Span } from "./span";

export function isSameDocument(left: Span, right: Span): boolean {
  return left.agent === right.agent && left.documentId === right.documentId;
}

/**
 * Which of two documents with one span id counts: the first by agent and document id, and of one document the version
 * that was read later (`span`).
 */
export function supersedes(span: Span, known: Span): boolean {
  if (span.agent !== known.agent) return span.agent < known.agent;
  return span.documentId <= known.documentId;
}
