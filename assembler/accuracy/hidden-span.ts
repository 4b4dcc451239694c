import { identifiersOf } from "../correlate/identifiers";
import { PlacedSpan } from "../correlate/placed-span";
import { withoutIdHeaders } from "../correlate/without-id-headers";

/** A shorter value is found in other words by chance. */
const shortestHidden = 6;

/**
 * The span as if its request carried none of `values`: not in headers, nor in its endpoint, nor among the tokens of its
 * payload, nor as its trace id. `request` is its text. It has no links yet, and is apart from the span that is linked.
 */
export function hiddenSpan({ span, identifiers }: PlacedSpan, request: string, values: readonly string[]): PlacedSpan {
  const hidden = [...values, span.traceId].filter(({ length }) => length >= shortestHidden);
  const endpoint = hidden.reduce((text, value) => text.replaceAll(value, "*"), span.endpoint);
  const placed = new PlacedSpan({ ...span, traceId: "", endpoint });
  const bare = hidden.map(bareForm);
  const isHidden = (token: string) => {
    const form = bareForm(token);
    return bare.some((value) => value.includes(form) || form.includes(value));
  };
  const tokens = identifiers ?? identifiersOf(withoutIdHeaders(request));
  placed.identifiers = tokens.filter((token) => !isHidden(token));
  return placed;
}

/** `4BF92F35-77B3…` and `4bf92f3577b3…` are one id. */
function bareForm(text: string): string {
  return text.toLowerCase().replace(/[-_]/g, "");
}
