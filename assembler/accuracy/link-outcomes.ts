/** What became of calls whose request is known when they were linked without looking at what tells it. */
export interface LinkOutcomes {
  /** Given their request, with the confidence that the settings ask for. */
  right: number;
  /** Given another one, with that confidence. */
  wrong: number;
  /** Given none, or with less confidence. */
  withheld: number;
  /** Given a request with a confidence of at least 0.9, and of these the right one. */
  sure: number;
  sureRight: number;
}

/** From here on a link counts as sure: at least nine in ten of these should be right. */
export const sureConfidence = 0.9;

/** Shares from 0 to 1; undefined where there was nothing to be right about. */
export interface LinkAccuracy {
  /** Of the links asserted, those that are right. */
  readonly precision: number | undefined;
  /** Of the calls, those asserted and right. */
  readonly recall: number | undefined;
  /** Of the links given at least 0.9, those that are right. */
  readonly calibration: number | undefined;
}

export function noOutcomes(): LinkOutcomes {
  return { right: 0, wrong: 0, withheld: 0, sure: 0, sureRight: 0 };
}

export function addOutcomes(to: LinkOutcomes, more: LinkOutcomes): void {
  to.right += more.right;
  to.wrong += more.wrong;
  to.withheld += more.withheld;
  to.sure += more.sure;
  to.sureRight += more.sureRight;
}

/** Calls that were judged. */
export function judgedCalls({ right, wrong, withheld }: LinkOutcomes): number {
  return right + wrong + withheld;
}

export function accuracyOf(outcomes: LinkOutcomes): LinkAccuracy {
  const { right, wrong, sure, sureRight } = outcomes;
  return {
    precision: share(right, right + wrong),
    recall: share(right, judgedCalls(outcomes)),
    calibration: share(sureRight, sure),
  };
}

function share(part: number, whole: number): number | undefined {
  return whole === 0 ? undefined : part / whole;
}
