import fc from "fast-check";

/** What happens next: documents come, the assembler does a turn, time goes by, or it is to crash some operations on. */
export type Step =
  | { readonly kind: "arrive"; readonly count: number }
  | { readonly kind: "turn" }
  | { readonly kind: "wait"; readonly ms: number }
  | { readonly kind: "crash"; readonly after: number }
  | { readonly kind: "midnight" };

export const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("arrive" as const), count: fc.integer({ min: 1, max: 8 }) }) },
  { weight: 4, arbitrary: fc.constant({ kind: "turn" as const }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("wait" as const), ms: fc.integer({ min: 1, max: 400 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("crash" as const), after: fc.integer({ min: 0, max: 40 }) }) },
);

/** The same, with nights between them: new traces go to the next day's index. */
export const anyStepOfDays: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: anyStep },
  { weight: 1, arbitrary: fc.constant({ kind: "midnight" as const }) },
);
