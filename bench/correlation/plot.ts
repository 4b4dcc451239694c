import type { AlgorithmName } from "../../assembler/correlate/algorithms";
import type { Measured } from "./measure";

const columns = 5;
const panel = { width: 190, height: 150 };
const margin = { left: 38, right: 12, top: 26, bottom: 26 };
const legendHeight = 44;
const labelWidth = 24;
/** Told apart by those who see few colours as well; the default is black and thick. */
const colours: Record<AlgorithmName, string> = {
  fifo: "#e69f00",
  vpath: "#56b4e9",
  wap5: "#cc79a7",
  traceweaver: "#009e73",
  deeptrace: "#d55e00",
  auto: "#000000",
};

/**
 * Accuracy against load as SVG: a panel per family of workloads that was measured at several loads, a line per algorithm.
 * Masked workloads are left to the tables.
 */
export function accuracyPlot(all: readonly Measured[]): string {
  const measured = all.filter(({ workload }) => !workload.endsWith("-masked"));
  const loadsOf = (family: string) => new Set(measured.flatMap((each) => (each.family === family ? [each.load] : [])));
  const families = [...new Set(measured.map(({ family }) => family))].filter((family) => loadsOf(family).size > 1);
  const rows = Math.ceil(families.length / columns);
  const width = columns * panel.width;
  const height = legendHeight + rows * panel.height;
  const panels = families.map((family, place) => {
    const x = (place % columns) * panel.width;
    const y = legendHeight + Math.floor(place / columns) * panel.height;
    const own = measured.filter((each) => each.family === family);
    return `<g transform="translate(${x} ${y})">${panelOf(family, own)}</g>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="10">`,
    `<title>${title}</title>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<text x="${margin.left}" y="16" font-size="12">${title}</text>`,
    legend(),
    ...panels,
    "</svg>\n",
  ].join("\n");
}

const title = "Share of traces with every call right, against requests per second";

function legend(): string {
  return (Object.entries(colours) as [AlgorithmName, string][])
    .map(([name, colour], place) => {
      const x = margin.left + place * 100;
      const line = `<line x1="${x}" x2="${x + 22}" y1="31" y2="31" ${stroke(name, colour)}/>`;
      return `${line}<text x="${x + 27}" y="34">${name}</text>`;
    })
    .join("");
}

function panelOf(family: string, measured: readonly Measured[]): string {
  const loads = [...new Set(measured.map(({ load }) => load))].sort((left, right) => left - right);
  const left = margin.left;
  const right = panel.width - margin.right;
  const top = margin.top;
  const bottom = panel.height - margin.bottom;
  const least = Math.log(loads[0] as number);
  const most = Math.log(loads[loads.length - 1] as number);
  const x = (load: number) => round(left + ((Math.log(load) - least) / (most - least)) * (right - left));
  const y = (share: number) => round(bottom - share * (bottom - top));
  const grid = [0, 0.5, 1].map(
    (share) =>
      `<line x1="${left}" x2="${right}" y1="${y(share)}" y2="${y(share)}" stroke="#dddddd"/>` +
      `<text x="${left - 5}" y="${y(share) + 3}" text-anchor="end">${share}</text>`,
  );
  // Labels that would run into the one after them are left out.
  const labelled = loads.filter(
    (load, place) => x(loads[place + 1] ?? Number.POSITIVE_INFINITY) - x(load) > labelWidth,
  );
  const ticks = labelled.map(
    (load) => `<text x="${x(load)}" y="${bottom + 13}" text-anchor="middle">${Number(load.toPrecision(2))}</text>`,
  );
  const lines = (Object.entries(colours) as [AlgorithmName, string][]).map(([name, colour]) => {
    const points = measured
      .filter(({ algorithm }) => algorithm === name)
      .sort((one, other) => one.load - other.load)
      .map(({ load, accuracy }) => `${x(load)},${y(accuracy.endToEnd)}`);
    if (points.length === 0) return "";
    return `<polyline points="${points.join(" ")}" fill="none" ${stroke(name, colour)}/>`;
  });
  const title = `<text x="${left}" y="${top - 8}" font-weight="bold">${family}</text>`;
  return [title, ...grid, ...ticks, ...lines].join("");
}

function stroke(name: AlgorithmName, colour: string): string {
  return `stroke="${colour}" stroke-width="${name === "auto" ? 2.5 : 1.3}"`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
