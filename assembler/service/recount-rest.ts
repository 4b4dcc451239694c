/** Rest after each page of traces, in times of what it took: traces that are being written come first. */
const restUsually = 3;
const restWhenBehind = 4;
const restWithManyMinutes = 1;
/** A minute that is over, the one that is going on, and one that late spans touched. */
const fewMinutes = 3;

export interface RecountFacts {
  /** How long the last page took. */
  readonly spentMs: number;
  /** Whether spans wait to be read. */
  readonly isBehind: boolean;
  /** Minutes to be counted; infinity when all are. */
  readonly dirtyMinutes: number;
}

/** Milliseconds to rest before the next page is counted: less when more minutes wait than come by themselves. */
export function recountRestMs({ spentMs, isBehind, dirtyMinutes }: RecountFacts): number {
  if (isBehind) return spentMs * restWhenBehind;
  return spentMs * (dirtyMinutes > fewMinutes ? restWithManyMinutes : restUsually);
}
