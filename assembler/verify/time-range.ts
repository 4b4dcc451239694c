/** Times in nanoseconds of the spans' own clocks: from `from` on, and before `to`; undefined = no limit. */
export interface TimeRange {
  readonly from: bigint | undefined;
  readonly to: bigint | undefined;
}

export const allTimes: TimeRange = { from: undefined, to: undefined };

export function isWithin({ from, to }: TimeRange, time: bigint): boolean {
  return (from === undefined || time >= from) && (to === undefined || time < to);
}

const iso = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?)?(Z|[+-]\d\d:\d\d)?$/;

/**
 * Nanoseconds of a time: digits are nanoseconds since 1970, anything else is an ISO 8601 date or time with up to nine
 * decimals, UTC unless it names its zone. Exact. Throws Error with what is allowed.
 */
export function parseTime(text: string): bigint {
  if (/^\d{1,19}$/.test(text)) return BigInt(text);
  const [, day, minute = "00:00", second = "00", fraction = "", zone = "Z"] = iso.exec(text) ?? [];
  const milliseconds = day === undefined ? Number.NaN : Date.parse(`${day}T${minute}:${second}${zone}`);
  if (Number.isNaN(milliseconds)) {
    throw new Error(
      `${JSON.stringify(text)} is no time; allowed: 2026-01-31, 2026-01-31T12:00:00.123456789Z, or nanoseconds since 1970`,
    );
  }
  return BigInt(milliseconds) * 1_000_000n + BigInt(fraction.padEnd(9, "0"));
}
