import type { RawText } from "../json/raw-text";
import { MalformedJson } from "../json/scan";
import type { StoredTrace } from "../store";
import type { TraceSpan } from "../trace/trace";
import { readTraceSpans } from "../trace/trace-document";
import type { SpanWindow } from "./span-window";

/**
 * Takes written traces back into the window as they are stored. Spans of theirs that the window already holds stay as
 * they are; the others keep the parents they were stored with. Returns the ids of those that cannot be read.
 */
export function takeBackTraces(window: SpanWindow, traces: readonly StoredTrace[], now: number): Set<string> {
  const unreadable = new Set<string>();
  for (const { id, version, document } of traces) {
    const spans = spansOf(document);
    if (spans === undefined) {
      unreadable.add(id);
      continue;
    }
    const members = spans.map((stored) => window.takeBack(stored, now));
    window.documents.keep({ id, version, members, text: document });
    window.noteCuts(document);
    for (const { group } of members) if (group !== undefined) window.groups.touch(group, now);
  }
  return unreadable;
}

/** The spans of a stored trace; undefined when the document is none of ours, so that none of it may be overwritten. */
export function spansOf(document: RawText): TraceSpan[] | undefined {
  try {
    return readTraceSpans(document);
  } catch (error) {
    if (error instanceof MalformedJson) return undefined;
    throw error;
  }
}
