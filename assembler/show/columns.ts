/** Width of everything printed, in characters. */
export const pageWidth = 100;

/** Text of exactly `width` characters: padded, or cut with `~` as its last one. */
export function fit(text: string, width: number): string {
  return text.length <= width ? text.padEnd(width) : `${text.slice(0, width - 1)}~`;
}

/** Nanoseconds as milliseconds, `12.345`. */
export function asMilliseconds(nanoseconds: bigint): string {
  return (Number(nanoseconds) / 1e6).toFixed(3);
}
