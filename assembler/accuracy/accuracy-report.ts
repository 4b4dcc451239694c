import type { AccuracyBoard } from "./accuracy-board";
import { accuracyOf, judgedCalls, type LinkOutcomes } from "./link-outcomes";

/** How right the links of a service are, as `status` shows it. Shares from 0 to 1; null where nothing was judged. */
export interface ServiceLine {
  readonly service: string;
  /** Calls judged in the window. */
  readonly calls: number;
  readonly precision: number | null;
  readonly recall: number | null;
  readonly calibration: number | null;
  /** Since the start. */
  readonly total: LinkOutcomes;
}

export interface AccuracyReport {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly window_ms: number;
  readonly services: readonly ServiceLine[];
}

export function accuracyReport(board: AccuracyBoard): AccuracyReport {
  const services = board.services().map(({ service, total, recent }) => {
    const { precision, recall, calibration } = accuracyOf(recent);
    return {
      service,
      calls: judgedCalls(recent),
      precision: rounded(precision),
      recall: rounded(recall),
      calibration: rounded(calibration),
      total,
    };
  });
  return { at: Date.now(), window_ms: board.windowMs, services };
}

function rounded(share: number | undefined): number | null {
  return share === undefined ? null : Math.round(share * 10_000) / 10_000;
}
