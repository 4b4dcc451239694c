/** Points at which a density is kept; between them it is the nearest one's. */
const linePoints = 512;
const squarePoints = 64;
/** Kernels reach this many standard deviations. */
const kernelReach = 3;

export type Density = (value: number) => number;
export type Density2 = (left: number, right: number) => number;

/** Gaussian kernel density of weighted samples, Scott's bandwidth, on a grid: linear in the samples. */
export function kernelDensity(samples: readonly number[], weights: readonly number[]): Density {
  const axis = axisOf(samples, weights, 5, linePoints);
  const counts = new Float64Array(linePoints);
  for (const [index, sample] of samples.entries()) {
    const bin = axis.bin(sample);
    counts[bin] = (counts[bin] as number) + (weights[index] as number);
  }
  const grid = smoothed(counts, 1, linePoints, axis.kernel);
  return (value) => (axis.holds(value) ? (grid[axis.bin(value)] as number) : 0);
}

/** The same for pairs of values. */
export function kernelDensity2(
  lefts: readonly number[],
  rights: readonly number[],
  weights: readonly number[],
): Density2 {
  const across = axisOf(lefts, weights, 6, squarePoints);
  const down = axisOf(rights, weights, 6, squarePoints);
  const counts = new Float64Array(squarePoints * squarePoints);
  for (const [index, left] of lefts.entries()) {
    const bin = down.bin(rights[index] as number) * squarePoints + across.bin(left);
    counts[bin] = (counts[bin] as number) + (weights[index] as number);
  }
  const grid = smoothed(smoothed(counts, 1, squarePoints, across.kernel), squarePoints, squarePoints, down.kernel);
  return (left, right) =>
    across.holds(left) && down.holds(right) ? (grid[down.bin(right) * squarePoints + across.bin(left)] as number) : 0;
}

interface Axis {
  bin(value: number): number;
  holds(value: number): boolean;
  /** The right half of the kernel, from its middle on, in steps of one bin. */
  readonly kernel: readonly number[];
}

function axisOf(samples: readonly number[], weights: readonly number[], scott: number, points: number): Axis {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  let total = 0;
  let squares = 0;
  let sum = 0;
  for (const [index, sample] of samples.entries()) {
    const weight = weights[index] as number;
    least = Math.min(least, sample);
    most = Math.max(most, sample);
    total += weight;
    squares += weight * weight;
    sum += weight * sample;
  }
  const mean = sum / total;
  let spread = 0;
  for (const [index, sample] of samples.entries()) spread += (weights[index] as number) * (sample - mean) ** 2;
  const bandwidth = Math.sqrt(spread / total) * ((total * total) / squares) ** (-1 / scott);
  const step = Math.max((most - least) / (points - 1), Number.MIN_VALUE);
  const kernel: number[] = [];
  for (let reach = 0; reach < points && reach * step <= Math.max(bandwidth * kernelReach, 0); reach += 1)
    kernel.push(bandwidth > 0 ? Math.exp(-((reach * step) ** 2) / (2 * bandwidth ** 2)) : 1);
  return {
    kernel,
    bin: (value) => Math.min(Math.max(Math.round((value - least) / step), 0), points - 1),
    holds: (value) => value >= least - bandwidth * kernelReach && value <= most + bandwidth * kernelReach,
  };
}

/** Each count spread over its neighbours `stride` apart, within rows (stride 1) or columns of `points` each. */
function smoothed(counts: Float64Array, stride: number, points: number, kernel: readonly number[]): Float64Array {
  const out = new Float64Array(counts.length);
  const mass = kernel.reduce((sum, weight, reach) => sum + (reach === 0 ? weight : 2 * weight), 0);
  for (const [place, count] of counts.entries()) {
    if (count === 0) continue;
    const along = Math.floor(place / stride) % points;
    for (const [reach, weight] of kernel.entries())
      for (const way of reach === 0 ? [0] : [-reach, reach]) {
        if (along + way < 0 || along + way >= points) continue;
        const target = place + way * stride;
        out[target] = (out[target] as number) + (count * weight) / mass;
      }
  }
  return out;
}
