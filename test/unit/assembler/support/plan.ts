import fc from "fast-check";
import type { Arrival } from "./random-traffic";
import type { Runner } from "./runner";
import { anyStep, type Step } from "./steps";

/** One case: its traffic follows from `seed`. */
export const anyPlan = fc.record({
  seed: fc.integer(),
  shards: fc.integer({ min: 1, max: 3 }),
  pageSize: fc.integer({ min: 1, max: 30 }),
  steps: fc.array(anyStep, { minLength: 1, maxLength: 40 }),
});

/** Does what the steps say; arrivals that they leave over come last. */
export async function play(
  index: (arrivals: readonly Arrival[]) => void | Promise<void>,
  arrivals: readonly Arrival[],
  steps: readonly Step[],
  runner: Runner,
): Promise<void> {
  let arrived = 0;
  for (const step of steps) {
    if (step.kind === "arrive") {
      await index(arrivals.slice(arrived, arrived + step.count));
      arrived += step.count;
    } else if (step.kind === "wait") runner.now += step.ms;
    else if (step.kind === "crash") runner.store.crashIn = step.after;
    else await runner.turn();
  }
  await index(arrivals.slice(arrived));
}
