/** A minute of wall-clock time: its start in milliseconds since 1970. */
export type Minute = number;

export const minuteMs = 60_000;
