import { InternedText } from "./text-values";

/** Those of 16 and 32 digits, and UUIDs; longer ones are read each time. */
const longestKnown = 40;

/**
 * Ids of spans, traces and documents. The same one comes again soon: with the other spans of its trace, with the children
 * of its span, as the `_id` of its document. One string for all of them is made, kept and hashed once.
 */
export const internedIds = new InternedText(1 << 17, longestKnown);
