/** 2001-01-01, nanoseconds since 1970: clocks that show less count from a boot, and do not say what time of day it is. */
export const firstWallClock = 978_307_200_000_000_000n;

export const firstWallClockMs = Number(firstWallClock / 1_000_000n);
