import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { waitFor } from "../../../testbed/wait-for";
import type { SpanIndex } from "./span-index";

/**
 * Once nothing is open, the store comes to hold these traces, by id, and no others: a document whose spans are all in
 * others goes a moment after those were written.
 */
export async function assertStored(spans: SpanIndex, expected: ReadonlyMap<string, string>): Promise<void> {
  const ids = [...expected.keys()].sort();
  let stored: ReadonlyMap<string, string> = new Map();
  const isThere = async () => {
    stored = await spans.traces();
    return isDeepStrictEqual([...stored.keys()].sort(), ids);
  };
  // If it never comes, what differs is said below.
  await waitFor(isThere, { timeoutMs: 30_000, what: "the traces of one batch" }).catch(() => {});
  assert.deepEqual([...stored.keys()].sort(), ids);
  for (const [id, text] of expected) assert.equal(stored.get(id), text);
}
