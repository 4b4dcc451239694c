import type { EnteredHost } from "./host-access";

/** How far a host's clock is ahead of this machine's, and how far off that may be; milliseconds. */
export interface ClockOffset {
  readonly offsetMs: number;
  readonly errorMs: number;
}

/** One exchange: when the question went, what the host's clock said, when the answer came. */
export interface ClockExchange {
  readonly asked: number;
  /** What `date +%s%N` printed there. */
  readonly answer: string;
  readonly answered: number;
}

/** The best of several exchanges: the host read its clock somewhere between question and answer, so the shortest tells most. */
export function clockOffset(exchanges: readonly ClockExchange[]): ClockOffset | undefined {
  const offsets = exchanges.flatMap(({ asked, answer, answered }) => {
    const [, seconds, nanoseconds] = /^([0-9]{9,11}?)([0-9]{9})?N?$/.exec(answer.trim()) ?? [];
    if (seconds === undefined) return [];
    // Where date knows no nanoseconds, the second may be anywhere in its course.
    const there = Number(seconds) * 1000 + (nanoseconds === undefined ? 500 : Number(nanoseconds) / 1e6);
    const errorMs = (answered - asked) / 2 + (nanoseconds === undefined ? 500 : 0);
    return [{ offsetMs: Math.round(there - (asked + answered) / 2), errorMs: Math.ceil(errorMs) }];
  });
  return offsets.sort((a, b) => a.errorMs - b.errorMs)[0];
}

const exchanges = 4;

/** Asks a host for its time, a few times. Undefined if it does not tell. */
export async function measureClock(host: EnteredHost): Promise<ClockOffset | undefined> {
  const made: ClockExchange[] = [];
  for (let count = 0; count < exchanges; count++) {
    const asked = Date.now();
    let answered = asked;
    const { stdout } = await host.runPlainly("date +%s%N", {
      onLine: () => {
        answered = Date.now();
      },
    });
    made.push({ asked, answer: stdout, answered });
  }
  return clockOffset(made);
}
