import type { AlgorithmName } from "../../assembler/correlate/algorithms";
import type { Growth } from "./growth";
import type { Measured } from "./measure";

/** Share of traces right below which a workload's weakest process is told. */
const mentionedBelow = 0.99;

/** One line per algorithm, for the console. */
export function workloadLines(measured: readonly Measured[]): string {
  const [first] = measured;
  if (first === undefined) return "";
  const heading = `${first.workload} (${first.load.toFixed(0)} requests/s)`;
  const columns = "pair   service  end to end   ≥0.5: precision recall   ≥0.9: precision recall   ms/1,000 spans";
  const lines = measured.map(({ algorithm, accuracy, above50, above90, msPer1000 }) =>
    [
      `  ${algorithm.padEnd(12)}`,
      share(accuracy.pair).padEnd(7),
      share(accuracy.service).padEnd(9),
      share(accuracy.endToEnd).padEnd(19),
      share(above50.precision).padEnd(10),
      share(above50.recall).padEnd(15),
      share(above90.precision).padEnd(10),
      share(above90.recall).padEnd(9),
      msPer1000.toFixed(1).padStart(8),
    ].join(""),
  );
  return [heading, `  ${"".padEnd(12)}${columns}`, ...lines].join("\n");
}

/** What a run measured, as it stands in the document. */
export function measuredSection(measured: readonly Measured[], growth: Growth | undefined): string {
  const names = [...new Set(measured.map(({ workload }) => workload))];
  const algorithms = [...new Set(measured.map(({ algorithm }) => algorithm))];
  const at = new Map(measured.map((each) => [`${each.workload} ${each.algorithm}`, each]));
  const endToEnd = names.map((name) => {
    const shares = algorithms.map((algorithm) => at.get(`${name} ${algorithm}`)?.accuracy.endToEnd);
    const most = Math.max(...shares.map((each) => each ?? 0));
    return [
      name,
      ...shares.map((each) => (each === undefined ? "–" : each === most ? `**${share(each)}**` : share(each))),
    ];
  });
  const ours = measured.filter(({ algorithm }) => algorithm === "auto");
  const details = ours.map(({ workload, accuracy, above50, above90, msPer1000 }) => [
    workload,
    ...[accuracy.pair, accuracy.service, accuracy.endToEnd].map(share),
    `${share(above50.precision)} / ${share(above50.recall)}`,
    `${share(above90.precision)} / ${share(above90.recall)}`,
    msPer1000.toFixed(1),
  ]);
  const errors = ours.flatMap(({ workload, accuracy, weakest }) =>
    weakest === undefined || accuracy.endToEnd >= mentionedBelow
      ? []
      : [[workload, share(accuracy.endToEnd), weakest.process, share(weakest.pair), share(weakest.endToEndIfRight)]],
  );
  const speed = algorithms.map((algorithm) => [algorithm, median(measured, algorithm).toFixed(1)]);
  const parts = [
    "### Traces with every call right",
    table(["workload", ...algorithms], endToEnd),
    "### The default in detail",
    "Precision / recall where choices below a confidence of 0.5 or 0.9 are withheld; processor milliseconds per 1,000 spans.",
    table(["workload", "pair", "service", "end to end", "≥ 0.5", "≥ 0.9", "ms"], details),
    "### Where the default errs",
    `Of the workloads with less than ${mentionedBelow} of the traces right, the process that costs the most of them.`,
    table(["workload", "end to end", "process", "its pairs", "end to end if it were right"], errors),
    "### Time",
    "Median over the workloads of processor milliseconds per 1,000 spans, each the fastest of up to twenty runs.",
    table(["algorithm", "ms"], speed),
  ];
  if (growth !== undefined) {
    const { points, exponent, spansPerSecond } = growth;
    const perSize = points.map(({ spans, seconds }) => [
      String(spans),
      seconds.toFixed(3),
      perThousand(spans, seconds),
    ]);
    parts.push(
      `The default on one recording (hotel-125 where it is at hand) repeated in time, so with as many requests open at ` +
        `once: time grows with spans to the power of ${exponent.toFixed(2)}; at the largest size it takes ` +
        `${Math.round(spansPerSecond / 1000)} k spans a second on one core.`,
      table(["spans", "processor seconds", "ms per 1,000 spans"], perSize),
    );
  }
  return parts.join("\n\n");
}

/** Puts text between the two marks of a document; throws where it has none. */
export function withMeasured(document: string, section: string): string {
  const [from, to] = ["<!-- measured -->", "<!-- end of measured -->"];
  const start = document.indexOf(from);
  const end = document.indexOf(to);
  if (start < 0 || end < start) throw new Error(`docs/correlation.md needs the lines ${from} and ${to}, in this order`);
  return `${document.slice(0, start + from.length)}\n${section}\n${document.slice(end)}`;
}

function perThousand(spans: number, seconds: number): string {
  return ((seconds * 1e6) / spans).toFixed(1);
}

function median(measured: readonly Measured[], algorithm: AlgorithmName): number {
  const times = measured.filter((each) => each.algorithm === algorithm).map(({ msPer1000 }) => msPer1000);
  return times.sort((left, right) => left - right)[times.length >> 1] ?? Number.NaN;
}

function table(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const rule = heading.map((_, column) => (column === 0 ? "---" : "--:"));
  return [line(heading), line(rule), ...rows.map(line)].join("\n");
}

function share(value: number): string {
  return Number.isNaN(value) ? "–" : value.toFixed(3);
}
