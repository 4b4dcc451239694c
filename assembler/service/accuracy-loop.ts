import { setTimeout as delay, setImmediate as nextRound } from "node:timers/promises";
import type { Logger } from "pino";
import type { AccuracyMeter } from "../accuracy/accuracy-meter";
import type { SpanWindow } from "../window/span-window";

/** Rest at least after each sample, and while there is nothing to do. */
const leastRestMs = 1000;

export interface AccuracyLoopOptions {
  readonly meter: AccuracyMeter;
  /** The spans in memory; undefined when they are to be left alone. */
  readonly window: () => SpanWindow | undefined;
  /** Whether spans wait to be read: they go first. */
  readonly isBehind: () => boolean;
  /** Of one processor's time, what it may take. */
  readonly processorShare: number;
  readonly logger: Logger;
}

/**
 * Measures sample after sample beside the turns: piece by piece, so that a turn waits for one piece at most, and resting
 * after each sample as its share of the processor says. A fault of it is logged and ends it, and nothing else. Returns
 * what stops it.
 */
export function startAccuracyLoop(options: AccuracyLoopOptions): () => Promise<void> {
  const stop = new AbortController();
  const ended = run(options, stop.signal).catch((error: unknown) => {
    options.logger.error({ err: error }, "how right links are is not measured any more, by a fault of its own");
  });
  return () => {
    stop.abort();
    return ended;
  };
}

async function run(
  { meter, window, isBehind, processorShare }: AccuracyLoopOptions,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const spans = isBehind() ? undefined : window();
    const spentMs = spans === undefined ? 0 : await measure(meter, spans, signal);
    const restMs = Math.max(leastRestMs, spentMs * (1 / processorShare - 1));
    await delay(restMs, undefined, { signal }).catch(() => {});
  }
}

/** One sample; resolves with the time it took, pauses left out. */
async function measure(meter: AccuracyMeter, window: SpanWindow, signal: AbortSignal): Promise<number> {
  const pieces = meter.measure(window);
  let spentMs = 0;
  for (let isDone = false; !isDone && !signal.aborted; ) {
    const startedAt = performance.now();
    isDone = pieces.next().done === true;
    spentMs += performance.now() - startedAt;
    await nextRound();
  }
  meter.board.spentMs += spentMs;
  return spentMs;
}
