import { fit, pageWidth } from "./columns";
import type { MergedLine } from "./merged-lines";

const figures = ["COUNT", "PER S", "ERR %", "AVG MS", "P50", "P95", "P99"];
const figureWidths = [7, 7, 6, 8, 8, 8, 8];
const nameWidths: readonly [number, number] = [16, 24];

/** One line of 100 columns for each service and endpoint, in the order given. */
export function renderServiceTable(lines: readonly MergedLine[]): string {
  return [row("SERVICE", "ENDPOINT", figures), ...lines.map((line) => row(...line.names, figuresOf(line)))].join("\n");
}

/**
 * The call graph as lines of 100 columns: each caller, and below it whom it calls. `(untraced)`: none of the calls was
 * seen on the other side; `(n unseen)`: so many were not.
 */
export function renderCallGraph(edges: readonly MergedLine[]): string {
  const callers = new Map<string, MergedLine[]>();
  for (const edge of edges) callers.set(edge.names[0], [...(callers.get(edge.names[0]) ?? []), edge]);
  const lines = [row("CALLER", "CALLEE", figures)];
  for (const [caller, ofCaller] of callers) {
    lines.push(caller);
    for (const edge of ofCaller) {
      const name = `  -> ${edge.names[1]}${noteOf(edge)}`;
      lines.push(joined(fit(name, nameWidths[0] + nameWidths[1] + 1), figuresOf(edge)));
    }
  }
  return lines.join("\n");
}

function noteOf({ count, unseen }: MergedLine): string {
  if (unseen === 0) return "";
  return unseen === count ? " (untraced)" : ` (${unseen} unseen)`;
}

function row(first: string, second: string, cells: readonly string[]): string {
  return joined(`${fit(first, nameWidths[0])} ${fit(second, nameWidths[1])}`, cells);
}

function joined(names: string, cells: readonly string[]): string {
  const padded = cells.map((cell, column) => cell.padStart(figureWidths[column] as number));
  return [names, ...padded].join(" ").slice(0, pageWidth).trimEnd();
}

function figuresOf(line: MergedLine): string[] {
  return [
    String(line.count),
    line.per_second.toFixed(2),
    ((100 * line.errors) / line.count).toFixed(1),
    ...[line.avg_duration, line.p50_duration, line.p95_duration, line.p99_duration].map(asMs),
  ];
}

function asMs(nanoseconds: number): string {
  const ms = nanoseconds / 1e6;
  return ms >= 10_000 ? ms.toFixed(0) : ms.toFixed(2);
}
