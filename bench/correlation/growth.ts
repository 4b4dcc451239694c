import type { Algorithm, Exchange, ProcessTraffic } from "../../assembler/correlate/algorithm";
import type { Workload } from "../workloads/workload";

const sizes = [1_000, 10_000, 100_000, 1_000_000];
/** Nanoseconds between one repetition's last exchange and the next one's first. */
const pause = 1e9;

/** Time over size of one algorithm on one workload repeated in time, so with the same number of requests open at once. */
export interface Growth {
  /** At the largest size; one processor's time. */
  readonly spansPerSecond: number;
  /** Of size, as time grows with it: 1 = linear. */
  readonly exponent: number;
  readonly points: readonly GrowthPoint[];
}

/** Processor seconds for so many spans. */
export interface GrowthPoint {
  readonly spans: number;
  readonly seconds: number;
}

export function measureGrowth(workload: Workload, algorithm: Algorithm): Growth {
  // Once before, so that the smallest size does not pay for compiling.
  for (const traffic of resized(workload, workload.spans)) algorithm(traffic);
  const points = sizes.map((spans): GrowthPoint => {
    const traffics = resized(workload, spans);
    const before = process.cpuUsage();
    // The small sizes often enough to be measured at all.
    const times = Math.max(Math.round(20_000 / spans), 1);
    for (let time = 0; time < times; time += 1) for (const traffic of traffics) algorithm(traffic);
    const used = process.cpuUsage(before);
    return { spans, seconds: (used.user + used.system) / 1e6 / times };
  });
  const last = points[points.length - 1] as GrowthPoint;
  return { spansPerSecond: last.spans / last.seconds, exponent: slope(points), points };
}

/** The traffic of a workload repeated, or cut off, so that it has about so many spans. */
export function resized({ processes, spans: own }: Workload, spans: number): ProcessTraffic[] {
  const traffics = processes.map(({ traffic }) => traffic);
  const starts = traffics.map(({ requests }) => requests[0]?.start ?? 0);
  const ends = traffics.flatMap(({ requests, calls }) => [...requests, ...calls].map(({ end }) => end));
  const period = ends.reduce((a, b) => Math.max(a, b), 0) - Math.min(...starts) + pause;
  return traffics.map(({ requests, calls }) => ({
    requests: repeated(requests, spans / own, period),
    calls: repeated(calls, spans / own, period),
  }));
}

function repeated(exchanges: readonly Exchange[], times: number, period: number): Exchange[] {
  const all: Exchange[] = [];
  for (let copy = 0; copy < times; copy += 1) {
    const part = copy + 1 <= times ? exchanges : exchanges.slice(0, Math.round(exchanges.length * (times - copy)));
    const shift = copy * period;
    for (const each of part)
      all.push({ ...each, id: `${each.id}#${copy}`, start: each.start + shift, end: each.end + shift });
  }
  return all;
}

/** Of the line through the points' logarithms with the least squares. */
function slope(points: readonly GrowthPoint[]): number {
  const xs = points.map(({ spans }) => Math.log(spans));
  const ys = points.map(({ seconds }) => Math.log(seconds));
  const meanX = xs.reduce((a, b) => a + b, 0) / xs.length;
  const meanY = ys.reduce((a, b) => a + b, 0) / ys.length;
  const covariance = xs.reduce((sum, x, index) => sum + (x - meanX) * ((ys[index] as number) - meanY), 0);
  return covariance / xs.reduce((sum, x) => sum + (x - meanX) ** 2, 0);
}
