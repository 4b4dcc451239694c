import { RawText } from "../../../../assembler/json/raw-text";
import { TextBody } from "../../../../assembler/json/text-body";
import type { SpanHit } from "../../../../assembler/store";

/** Documents in one body, as an answer has them, whose memory takes other bytes as soon as it is given back. */
export function inOneBody(hits: readonly SpanHit[]): { readonly hits: SpanHit[]; readonly body: TextBody } {
  const bytes = Buffer.concat(hits.map(({ source }) => Buffer.from(source.toString())));
  const body = new TextBody(bytes, (memory) => memory.fill("x"));
  let at = 0;
  const inBody = hits.map((hit) => {
    const start = at;
    at += hit.source.length;
    return { ...hit, source: new RawText(body, start, at) };
  });
  return { hits: inBody, body };
}
