import { layoutScan, layoutScanPlaces as places, layoutScanSizes as sizes } from "../wasm/layout-scan";

const words = new Int32Array(layoutScan.memory.buffer);
const insertionWords = 3;

/**
 * The string of each slot, 0 being the empty one. The same bytes mostly give the same string object, which saves both its
 * making and its memory: names and addresses come with every span, ids with the other spans of a trace, with the children
 * of a span and as the `_id` of its document. A slot keeps its latest string, so that they never grow.
 */
export const knownTexts: string[] = new Array(sizes.slots).fill("");

/** Makes the strings of what the latest call has come to know, which it found in `bytes`. */
export function takeInsertions(bytes: Buffer): void {
  const count = words[(places.results >> 2) + 1] as number;
  let at = places.insertions >> 2;
  for (let done = 0; done < count; done += 1) {
    const start = words[at + 1] as number;
    knownTexts[words[at] as number] = bytes.toString("latin1", start + 1, (words[at + 2] as number) - 1);
    at += insertionWords;
  }
}
