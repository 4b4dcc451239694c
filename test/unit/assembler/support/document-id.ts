/** An `_id` as Elasticsearch makes it at a time (ms since 1970), the `count`-th of its node. */
export function documentIdOf(time: number, count: number): string {
  const of = Buffer.alloc(8);
  of.writeBigUInt64LE(BigInt(time));
  const [t0 = 0, t1 = 0, t2 = 0, t3 = 0, t4 = 0, t5 = 0] = of;
  const node = [0xe3, 0xba, 0x13, 0x83, 0x7b, 0xe7];
  const bytes = [count & 255, (count >> 16) & 255, t2, t3, t4, t5, ...node, t1, (count >> 8) & 255, t0];
  return Buffer.from(bytes).toString("base64url");
}
