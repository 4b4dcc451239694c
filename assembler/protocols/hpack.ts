import type { Header } from "./protocol";
import { byteAt } from "./wire-numbers";

/** Names of HPACK's static table that are of use here, by their numbers. */
const known: Readonly<Record<number, string>> = { 2: ":method", 4: ":path", 5: ":path", 31: "content-type" };
for (let place = 8; place <= 14; place += 1) (known as Record<number, string>)[place] = ":status";
const firstDynamic = 62;
const name = /^[:a-z0-9][a-z0-9._-]{0,63}$/;
const value = /^[ -~]{0,126}$/;
/** What the values of known names look like: text that is packed may look like anything else. */
const shapes: Readonly<Record<string, RegExp>> = {
  ":method": /^[A-Z]{3,16}$/,
  ":path": /^\/[!-~]*$/,
  ":status": /^[1-5]\d\d$/,
  "content-type": /^[a-z]+\/[!-~ ]+$/,
};
/** A name that stands in a table of the connection is not known; these values say themselves what they are. */
const traceParent = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;
const callPath = /^\/\w[\w.]*\/\w+$/;

/**
 * The headers of a block (HPACK) that stand in it in clear. Those that only name a place in a table, and text that is
 * packed by Huffman's code, are passed over: the bytes of both are mostly lost. Linear, whatever the bytes.
 */
export function clearHeaders(block: string): Header[] {
  const found: Header[] = [];
  for (let at = 0; at < block.length; ) {
    const literal = literalAt(block, at);
    if (literal === undefined) at += 1;
    else {
      at = literal.end;
      if (literal.name !== "") found.push([literal.name, literal.value]);
    }
  }
  return found;
}

interface Literal {
  readonly name: string;
  readonly value: string;
  readonly end: number;
}

function literalAt(block: string, at: number): Literal | undefined {
  const first = byteAt(block, at);
  if (first < 0 || first >= 0x80 || (first >= 0x20 && first < 0x40)) return undefined;
  const isAdded = first >= 0x40;
  const mask = isAdded ? 0x3f : 0x0f;
  let place = first & mask;
  let next = at + 1;
  if (place === 0) {
    const named = textAt(block, next, name);
    if (named === undefined) return undefined;
    const valued = textAt(block, named.end, value);
    return valued && { name: named.text, value: valued.text, end: valued.end };
  }
  if (place === mask) {
    place += byteAt(block, next);
    next += 1;
  }
  const valued = textAt(block, next, value);
  if (valued === undefined) return undefined;
  const known = knownName(place, valued.text);
  return known === undefined ? undefined : { name: known, value: valued.text, end: valued.end };
}

function knownName(place: number, text: string): string | undefined {
  const of = known[place];
  if (of !== undefined) return shapes[of]?.test(text) ? of : undefined;
  if (place < firstDynamic) return undefined;
  return traceParent.test(text) ? "traceparent" : callPath.test(text) ? ":path" : undefined;
}

/** A text that is not packed: its length in one byte, then as many bytes that `form` allows. */
function textAt(block: string, at: number, form: RegExp): { text: string; end: number } | undefined {
  const length = byteAt(block, at);
  if (length < 0 || length > 126 || at + 1 + length > block.length) return undefined;
  const text = block.slice(at + 1, at + 1 + length);
  return form.test(text) ? { text, end: at + 1 + length } : undefined;
}
