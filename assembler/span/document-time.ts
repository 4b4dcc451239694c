/** From 2020 to 2100: few other texts of that length show such a time. */
const earliestMs = 1_577_836_800_000;
const latestMs = 4_102_444_800_000;

const idLength = 20;
/** Value of each letter of base64url by its code; 64 = none of them. */
const sextets = new Uint8Array(128).fill(64);
for (const [value, letter] of [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"].entries()) {
  sextets[letter.charCodeAt(0)] = value;
}
const values = new Uint8Array(idLength);

/**
 * When Elasticsearch took a document to which it gave its `_id`: milliseconds since 1970, by the clock of the node that
 * took it; undefined for an `_id` of another make. Elasticsearch makes them of a counter, the node and the time, whose
 * bytes are spread over it so that they sort and compress well (`TimeBasedUUIDGenerator`, in Elasticsearch 6 to 9).
 */
export function timeOfDocumentId(documentId: string): number | undefined {
  if (documentId.length !== idLength) return undefined;
  for (let place = 0; place < idLength; place += 1) {
    const value = sextets[documentId.charCodeAt(place)] ?? 64;
    if (value === 64) return undefined;
    values[place] = value;
  }
  const high = byteAt(5) * 2 ** 16 + byteAt(4) * 2 ** 8 + byteAt(3);
  const time = high * 2 ** 24 + byteAt(2) * 2 ** 16 + byteAt(12) * 2 ** 8 + byteAt(14);
  return time < earliestMs || time >= latestMs ? undefined : time;
}

/** Byte of the id whose letters are in `values`: four letters are three bytes. */
function byteAt(place: number): number {
  const first = Math.floor((place * 4) / 3);
  const shift = 2 + 2 * (place % 3);
  return (((values[first] as number) << shift) | ((values[first + 1] as number) >> (6 - shift))) & 0xff;
}
