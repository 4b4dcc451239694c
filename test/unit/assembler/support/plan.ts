import fc from "fast-check";
import type { Arrival } from "./random-traffic";
import type { Runner } from "./runner";
import { anyStep, anyStepOfDays, type Step } from "./steps";

/** What happens; its traffic follows from `seed`. */
export interface Plan {
  seed: number;
  shards: number;
  pageSize: number;
  steps: Step[];
}

const planOf = (step: fc.Arbitrary<Step>): fc.Arbitrary<Plan> =>
  fc.record({
    seed: fc.integer(),
    shards: fc.integer({ min: 1, max: 3 }),
    pageSize: fc.integer({ min: 1, max: 30 }),
    steps: fc.array(step, { minLength: 1, maxLength: 40 }),
  });

/** One case. */
export const anyPlan = planOf(anyStep);
/** One without crashes. */
export const anyPlanWithoutCrash = planOf(anyStep.filter(({ kind }) => kind !== "crash"));
/** One that goes over nights. */
export const anyPlanOfDays = planOf(anyStepOfDays);

/** Does what the steps say; arrivals that they leave over come last. */
export async function play(
  index: (arrivals: readonly Arrival[]) => void | Promise<void>,
  arrivals: readonly Arrival[],
  steps: readonly Step[],
  runner: Runner,
  midnight: () => void = () => {},
): Promise<void> {
  let arrived = 0;
  for (const step of steps) {
    if (step.kind === "arrive") {
      await index(arrivals.slice(arrived, arrived + step.count));
      arrived += step.count;
    } else if (step.kind === "wait") runner.now += step.ms;
    else if (step.kind === "crash") runner.store.crashIn = step.after;
    else if (step.kind === "midnight") midnight();
    else await runner.turn();
  }
  await index(arrivals.slice(arrived));
}
