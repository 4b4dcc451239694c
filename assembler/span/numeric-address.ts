/** 255.255.255.255 as one number. */
export const largestAddress = 0xffffffff;

/** A host talks to few others at a time; a power of two. */
const slots = 4096;
const values = new Float64Array(slots).fill(-1);
const texts: string[] = new Array(slots).fill("");

/**
 * An IPv4 address of 0 to 2^32-1, its first part in the highest byte (167772165), as text (`10.0.0.5`). The same number
 * mostly gives the same string object.
 */
export function dottedAddress(value: number): string {
  const slot = (value ^ (value >>> 12)) & (slots - 1);
  if (values[slot] === value) return texts[slot] as string;
  const text = `${value >>> 24}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`;
  values[slot] = value;
  texts[slot] = text;
  return text;
}
