import type { Assembly } from "../assembly";
import { decodeSpan, isFault } from "../span/decode-span";
import type { SpanHit, SpanPage } from "../store";
import type { DecodedPage, DecodedSpan, FaultyHit, Turn } from "../turn";

/** Reads the deciding fields of every document. Needs `pages`, fills `decoded`; nothing is dropped. */
export function decodePages(assembly: Assembly, turn: Turn): void {
  turn.decoded = turn.pages.map((page) => decodePage(page, assembly.store.source.agentOf(page.shard.index)));
}

export function decodePage(page: SpanPage, agent: string): DecodedPage {
  // As a rule all are spans that were read with the answer.
  if (page.hits.every(isDecodedSpan)) return { page, spans: page.hits, faults: none };
  const spans: DecodedSpan[] = [];
  const faults: FaultyHit[] = [];
  for (const hit of page.hits) {
    const decoded = hit.decoded ?? decodeSpan(hit.source, agent, hit.id);
    if (isFault(decoded)) faults.push({ fault: decoded, hit });
    else spans.push(hit.decoded === decoded ? (hit as DecodedSpan) : { ...hit, decoded });
  }
  return { page, spans, faults };
}

const none: readonly FaultyHit[] = [];

function isDecodedSpan(hit: SpanHit): hit is DecodedSpan {
  return hit.decoded !== undefined && !isFault(hit.decoded);
}
