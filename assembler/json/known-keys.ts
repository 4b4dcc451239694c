const tableSize = 1024;

/**
 * Finds which of a fixed set of ASCII keys lies at some bytes, without making a string of it: decoding a span meets
 * about 25 keys, and a string for each took longer than all the rest of decoding.
 */
export class KnownKeys {
  readonly #keys: Uint8Array[];
  readonly #slots = new Int16Array(tableSize).fill(-1);

  constructor(names: readonly string[]) {
    this.#keys = names.map((name) => Buffer.from(name));
    this.#keys.forEach((key, index) => {
      let slot = hash(key, 0, key.length);
      while (this.#slots[slot] !== -1) slot = (slot + 1) % tableSize;
      this.#slots[slot] = index;
    });
  }

  /** Index of the key at bytes [start, end), quotes not included, in the list given at construction; -1 if unknown. */
  find(bytes: Uint8Array, start: number, end: number): number {
    let slot = hash(bytes, start, end);
    for (;;) {
      const index = this.#slots[slot] as number;
      if (index === -1) return -1;
      const key = this.#keys[index] as Uint8Array;
      if (key.length === end - start && same(key, bytes, start)) return index;
      slot = (slot + 1) % tableSize;
    }
  }
}

function hash(bytes: Uint8Array, start: number, end: number): number {
  let value = end - start;
  for (let at = start; at < end; at += 1) value = (Math.imul(value, 31) + (bytes[at] as number)) | 0;
  return (value ^ (value >>> 10)) & (tableSize - 1);
}

function same(key: Uint8Array, bytes: Uint8Array, start: number): boolean {
  for (let at = 0; at < key.length; at += 1) if (key[at] !== bytes[start + at]) return false;
  return true;
}
