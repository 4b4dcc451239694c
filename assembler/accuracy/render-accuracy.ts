import { duration } from "../fleet/judge-agent";
import { fit } from "../show/columns";
import type { AccuracyReport, ServiceLine } from "./accuracy-report";

const nameWidth = 32;
const heads = ["CALLS", "PRECISION", "RECALL", "OF SURE"];

/** How right the links of each service's calls are, a line each; `now` in milliseconds since 1970. */
export function renderAccuracy({ at, window_ms, services }: AccuracyReport, now: number): string {
  const title = `Links, where headers tell whether they are right: the last ${duration(window_ms)}, as of ${duration(Math.max(0, now - at))} ago`;
  if (services.length === 0) return `${title}\nno call whose request is known`;
  return [title, row("SERVICE", heads), ...services.map((line) => row(line.service, cells(line)))].join("\n");
}

function row(name: string, figures: readonly string[]): string {
  return [fit(name, nameWidth), ...figures.map((figure, place) => figure.padStart((heads[place] ?? "").length))].join(
    "  ",
  );
}

function cells({ calls, precision, recall, calibration }: ServiceLine): string[] {
  return [String(calls), ...[precision, recall, calibration].map((share) => (share === null ? "-" : share.toFixed(3)))];
}
