import { InternedText } from "./text-values";

/**
 * Ids of spans, traces and documents. The same one comes again soon: with the other spans of its trace, with the children
 * of its span, as the `_id` of its document. One string for all of them is made, kept and hashed once.
 */
export const internedIds = new InternedText(1 << 17);
