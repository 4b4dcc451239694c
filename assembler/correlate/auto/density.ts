/**
 * Width of a cell on the scale sign(x)·ln(1 + |x|/resolution): 2 % of a gap, finer than gaps of the same kind repeat.
 */
const cellWidth = 0.02;
/** The scale reaches to e^24 resolutions each way: seven hours at 1 µs. */
const halfCells = 1200;
const cells = 2 * halfCells + 1;
/** Share of samples believed to come from a much wider distribution of the same shape: rare, slower ways through. */
const broadShare = 0.06;

/**
 * Probability density of a gap in time, learnt from samples (nanoseconds): a histogram on a logarithmic scale smoothed
 * by a normal kernel whose width follows from the samples' spread, plus the same with a broader kernel, plus as much
 * anywhere as one sample more would be.
 */
export class Density {
  /** Single precision: these are what a model keeps, and seven digits say more than the samples do. */
  readonly #logs = new Float32Array(cells);
  /** Mean of -ln density over the samples: the lower, the better the gap is foretold. */
  readonly entropy: number;
  readonly #scale: number;

  constructor(samples: Float64Array, count: number, resolution: number, prior?: Density, priorWeight = 0) {
    this.#scale = 1 / resolution;
    const histogram = new Float64Array(cells);
    let jacobian = 0;
    for (let place = 0; place < count; place += 1) {
      const scaled = this.#scaled(samples[place] as number);
      const cell = cellOf(scaled);
      histogram[cell] = (histogram[cell] as number) + 1;
      jacobian += Math.abs(scaled);
    }
    const width = kernelWidth(histogram, count);
    const fine = smoothed(histogram, width);
    const broad = smoothed(histogram, 6 * width + 0.3);
    const novel = 1 / (count + 2);
    const whole = Math.max(1, count) * cellWidth;
    const own = count / (count + priorWeight);
    let entropy = 0;
    for (let cell = 0; cell < cells; cell += 1) {
      const density =
        ((1 - novel) * ((1 - broadShare) * (fine[cell] as number) + broadShare * (broad[cell] as number))) / whole +
        novel / (cells * cellWidth);
      const mixed = prior === undefined ? density : own * density + (1 - own) * Math.exp(prior.#logs[cell] as number);
      const log = Math.log(mixed);
      this.#logs[cell] = log;
      if (histogram[cell] !== 0) entropy -= log * (histogram[cell] as number);
    }
    this.entropy = count === 0 ? Number.POSITIVE_INFINITY : (entropy + jacobian) / count;
  }

  /** ln of the density at a gap, up to a constant that is the same for all densities of one resolution. */
  logAt(gap: number): number {
    const scaled = this.#scaled(gap);
    return (this.#logs[cellOf(scaled)] as number) - Math.abs(scaled);
  }

  #scaled(gap: number): number {
    return gap >= 0 ? Math.log1p(gap * this.#scale) : -Math.log1p(-gap * this.#scale);
  }
}

function cellOf(scaled: number): number {
  const cell = Math.round(scaled / cellWidth) + halfCells;
  return cell < 0 ? 0 : cell >= cells ? cells - 1 : cell;
}

/** Silverman's rule with the robust spread, in units of the scale. */
function kernelWidth(histogram: Float64Array, count: number): number {
  if (count < 2) return 0.5;
  let sum = 0;
  let squares = 0;
  let seen = 0;
  let low = -1;
  let high = 0;
  for (let cell = 0; cell < cells; cell += 1) {
    const here = histogram[cell] as number;
    if (here === 0) continue;
    sum += here * cell;
    squares += here * cell * cell;
    if (low < 0 && seen + here >= 0.25 * count) low = cell;
    if (seen < 0.75 * count) high = cell;
    seen += here;
  }
  const deviation = Math.sqrt(Math.max(0, squares / count - (sum / count) ** 2));
  const quartiles = (high - low) / 1.349;
  const spread = (quartiles > 0 ? Math.min(deviation, quartiles) : deviation) * cellWidth;
  return Math.max(cellWidth, 0.9 * (spread > 0 ? spread : 0.1) * count ** -0.2);
}

/** Three running means, which is a normal kernel of that width as near as matters. */
function smoothed(histogram: Float64Array, width: number): Float64Array {
  const cellsWide = width / cellWidth;
  const reach = Math.max(1, Math.round((Math.sqrt(4 * cellsWide * cellsWide + 1) - 1) / 2));
  return runningMean(runningMean(runningMean(histogram, reach), reach), reach);
}

function runningMean(values: Float64Array, reach: number): Float64Array {
  const means = new Float64Array(cells);
  const share = 1 / (2 * reach + 1);
  let sum = 0;
  for (let cell = 0; cell < reach && cell < cells; cell += 1) sum += values[cell] as number;
  for (let cell = 0; cell < cells; cell += 1) {
    if (cell + reach < cells) sum += values[cell + reach] as number;
    if (cell - reach - 1 >= 0) sum -= values[cell - reach - 1] as number;
    means[cell] = sum > 0 ? sum * share : 0;
  }
  return means;
}
