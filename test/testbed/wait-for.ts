import { setTimeout as delay } from "node:timers/promises";

export interface WaitOptions {
  /** Give up after so many milliseconds. */
  timeoutMs: number;
  everyMs?: number;
  /** Said in the error: `… within 30 s`. */
  what: string;
  /** Ends the wait early: what is waited for can no longer come. Resolves with the reason. */
  hopeless?: Promise<string>;
}

/** Asks until the answer is neither undefined nor false. A question that throws counts as not yet. */
export async function waitFor<T>(ask: () => Promise<T | undefined | false>, options: WaitOptions): Promise<T> {
  const deadline = performance.now() + options.timeoutMs;
  let end: string | undefined;
  options.hopeless?.then((reason) => {
    end = reason;
  });
  let last = "";
  while (performance.now() < deadline && end === undefined) {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer;
    } catch (error) {
      last = ` (${(error as Error).message})`;
    }
    await delay(options.everyMs ?? 50);
  }
  const why = end ?? `within ${options.timeoutMs / 1000} s`;
  throw new Error(`waited in vain for ${options.what}: ${why}${last}`);
}
