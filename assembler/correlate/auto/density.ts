/**
 * Width of a cell on the scale sign(x)·ln(1 + |x|/resolution): 2 % of a gap, finer than gaps of the same kind repeat.
 */
const cellWidth = 0.02;
/** The scale reaches to e^24 resolutions each way: seven hours at 1 µs. */
const halfCells = 1200;
const cells = 2 * halfCells + 1;
/** Share of samples believed to come from a much wider distribution of the same shape: rare, slower ways through. */
const broadShare = 0.06;

/** Numbers by cell, from `low` on; 0 in all other cells. */
class Run {
  constructor(
    readonly low: number,
    readonly values: Float64Array,
  ) {}

  get past(): number {
    return this.low + this.values.length;
  }

  at(cell: number): number {
    const place = cell - this.low;
    return place >= 0 && place < this.values.length ? (this.values[place] as number) : 0;
  }
}

/**
 * Probability density of a gap in time, learnt from samples (nanoseconds): a histogram on a logarithmic scale smoothed
 * by a normal kernel whose width follows from the samples' spread, plus the same with a broader kernel, plus as much
 * anywhere as one sample more would be.
 */
export class Density {
  /** Mean of -ln density over the samples: the lower, the better the gap is foretold. */
  readonly entropy: number;
  readonly #scale: number;
  /** Cells that samples lie in or near; all others have the same density. */
  readonly #low: number;
  readonly #past: number;
  readonly #elsewhere: number;
  readonly #logElsewhere: number;
  /** Until a logarithm is asked for: most densities are only compared by their entropy. */
  #densities: Float64Array | undefined;
  /** Single precision: these are what a model keeps, and seven digits say more than the samples do. */
  #logs: Float32Array | undefined;

  constructor(samples: Float64Array, count: number, resolution: number, prior?: Density, priorWeight = 0) {
    this.#scale = 1 / resolution;
    const cellsSeen = new Int32Array(count);
    let jacobian = 0;
    for (let place = 0; place < count; place += 1) {
      const scaled = this.#scaled(samples[place] as number);
      cellsSeen[place] = cellOf(scaled);
      jacobian += Math.abs(scaled);
    }
    const seen = histogramOf(cellsSeen);
    const width = kernelWidth(seen, count);
    const fine = smoothed(seen, width);
    const broad = smoothed(seen, 6 * width + 0.3);
    const novel = 1 / (count + 2);
    const anywhere = novel / (cells * cellWidth);
    const whole = Math.max(1, count) * cellWidth;
    const own = count / (count + priorWeight);
    this.#low = prior === undefined ? broad.low : Math.min(broad.low, prior.#low);
    this.#past = prior === undefined ? broad.past : Math.max(broad.past, prior.#past);
    const densities = new Float64Array(Math.max(0, this.#past - this.#low));
    for (let place = 0; place < densities.length; place += 1) {
      const cell = this.#low + place;
      const kernels = (1 - broadShare) * fine.at(cell) + broadShare * broad.at(cell);
      const density = ((1 - novel) * kernels) / whole + anywhere;
      densities[place] = prior === undefined ? density : own * density + (1 - own) * prior.#at(cell);
    }
    this.#densities = densities;
    this.#elsewhere = prior === undefined ? anywhere : own * anywhere + (1 - own) * prior.#elsewhere;
    this.#logElsewhere = Math.log(this.#elsewhere);
    let entropy = 0;
    for (let cell = seen.low; cell < seen.past; cell += 1) {
      const here = seen.at(cell);
      if (here !== 0) entropy -= Math.log(densities[cell - this.#low] as number) * here;
    }
    this.entropy = count === 0 ? Number.POSITIVE_INFINITY : (entropy + jacobian) / count;
  }

  /** ln of the density at a gap, up to a constant that is the same for all densities of one resolution. */
  logAt(gap: number): number {
    const scaled = this.#scaled(gap);
    const logs = this.#logs ?? this.#takeLogs();
    const place = cellOf(scaled) - this.#low;
    return (place >= 0 && place < logs.length ? (logs[place] as number) : this.#logElsewhere) - Math.abs(scaled);
  }

  #at(cell: number): number {
    if (cell < this.#low || cell >= this.#past) return this.#elsewhere;
    const place = cell - this.#low;
    return this.#densities?.[place] ?? Math.exp(this.#logs?.[place] as number);
  }

  #takeLogs(): Float32Array {
    const densities = this.#densities as Float64Array;
    const logs = new Float32Array(densities.length);
    for (let place = 0; place < logs.length; place += 1) logs[place] = Math.log(densities[place] as number);
    this.#logs = logs;
    this.#densities = undefined;
    return logs;
  }

  #scaled(gap: number): number {
    return gap >= 0 ? Math.log1p(gap * this.#scale) : -Math.log1p(-gap * this.#scale);
  }
}

function cellOf(scaled: number): number {
  const cell = Math.round(scaled / cellWidth) + halfCells;
  return cell < 0 ? 0 : cell >= cells ? cells - 1 : cell;
}

function histogramOf(cellsSeen: Int32Array): Run {
  if (cellsSeen.length === 0) return new Run(cells, new Float64Array(0));
  let low = cells;
  let high = 0;
  for (const cell of cellsSeen) {
    if (cell < low) low = cell;
    if (cell > high) high = cell;
  }
  const counts = new Float64Array(high + 1 - low);
  for (const cell of cellsSeen) counts[cell - low] = (counts[cell - low] as number) + 1;
  return new Run(low, counts);
}

/** Silverman's rule with the robust spread, in units of the scale. */
function kernelWidth(histogram: Run, count: number): number {
  if (count < 2) return 0.5;
  let sum = 0;
  let squares = 0;
  let seen = 0;
  let low = -1;
  let high = 0;
  for (let cell = histogram.low; cell < histogram.past; cell += 1) {
    const here = histogram.at(cell);
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
function smoothed(histogram: Run, width: number): Run {
  const cellsWide = width / cellWidth;
  const reach = Math.max(1, Math.round((Math.sqrt(4 * cellsWide * cellsWide + 1) - 1) / 2));
  return runningMean(runningMean(runningMean(histogram, reach), reach), reach);
}

function runningMean({ low, past, values }: Run, reach: number): Run {
  if (values.length === 0) return new Run(low, values);
  const from = Math.max(0, low - reach);
  const to = Math.min(cells, past + reach);
  const means = new Float64Array(to - from);
  const share = 1 / (2 * reach + 1);
  let sum = 0;
  for (let cell = low; cell < past && cell < from + reach; cell += 1) sum += values[cell - low] as number;
  for (let cell = from; cell < to; cell += 1) {
    const entering = cell + reach - low;
    const leaving = cell - reach - 1 - low;
    if (entering >= 0 && entering < values.length) sum += values[entering] as number;
    if (leaving >= 0 && leaving < values.length) sum -= values[leaving] as number;
    means[cell - from] = sum > 0 ? sum * share : 0;
  }
  return new Run(from, means);
}
