/** A component: its share, mean and standard deviation. */
interface Component {
  readonly share: number;
  readonly mean: number;
  readonly deviation: number;
}

/** Natural logarithm of a density. */
export type LogDensity = (value: number) => number;

const mostComponents = 5;
const steps = 30;
/** Samples a mixture is fitted to: spread evenly over those there are. */
const mostSamples = 400;
/** Far from all components a density falls no further: one odd gap must not outweigh all others. */
const leastLogDensity = -60;

/** The normal distribution with the samples' mean and deviation; `floor` is the least deviation, the clock's unit. */
export function gaussian(samples: readonly number[], floor: number): LogDensity {
  return logDensity([normalOf(samples, 1, floor)]);
}

/** The mixture of one to five normal distributions that explains the samples best by the Bayesian criterion. */
export function gaussianMixture(samples: readonly number[], floor: number): LogDensity {
  const stride = Math.max(samples.length / mostSamples, 1);
  const sorted = [...samples].sort((left, right) => left - right);
  const chosen: number[] = [];
  for (let place = 0; place < sorted.length; place += stride) chosen.push(sorted[Math.floor(place)] as number);
  let best = [normalOf(chosen, 1, floor)];
  let bestCriterion = criterion(chosen, best);
  for (let count = 2; count <= mostComponents && count * 10 <= chosen.length; count += 1) {
    const fitted = fit(chosen, count, floor);
    const value = criterion(chosen, fitted);
    if (value >= bestCriterion) break;
    [best, bestCriterion] = [fitted, value];
  }
  return logDensity(best);
}

/** Expectation maximisation, begun from equal parts of the sorted samples. */
function fit(sorted: readonly number[], count: number, floor: number): Component[] {
  const part = sorted.length / count;
  let components = Array.from({ length: count }, (_, index) =>
    normalOf(sorted.slice(Math.floor(index * part), Math.floor((index + 1) * part)), 1 / count, floor),
  );
  for (let step = 0; step < steps; step += 1) {
    const mass = new Array<number>(count).fill(0);
    const sum = new Array<number>(count).fill(0);
    const square = new Array<number>(count).fill(0);
    for (const value of sorted) {
      const densities = components.map((component) => densityOf(component, value));
      const total = densities.reduce((a, b) => a + b, 0);
      if (total === 0) continue;
      for (const [index, density] of densities.entries()) {
        const part = density / total;
        mass[index] = (mass[index] as number) + part;
        sum[index] = (sum[index] as number) + part * value;
        // Around the old mean, so that large means do not eat the digits.
        square[index] = (square[index] as number) + part * (value - (components[index] as Component).mean) ** 2;
      }
    }
    components = components.map((component, index) => {
      const weight = mass[index] as number;
      if (weight < 1) return component;
      const mean = (sum[index] as number) / weight;
      const variance = (square[index] as number) / weight - (mean - component.mean) ** 2;
      return { share: weight / sorted.length, mean, deviation: Math.max(Math.sqrt(Math.max(variance, 0)), floor) };
    });
  }
  return components;
}

function normalOf(samples: readonly number[], share: number, floor: number): Component {
  const mean = samples.reduce((sum, value) => sum + value, 0) / samples.length;
  const variance = samples.reduce((sum, value) => sum + (value - mean) ** 2, 0) / samples.length;
  return { share, mean, deviation: Math.max(Math.sqrt(variance), floor) };
}

function criterion(samples: readonly number[], components: readonly Component[]): number {
  const density = logDensity(components);
  const parameters = components.length * 3 - 1;
  return parameters * Math.log(samples.length) - 2 * samples.reduce((sum, value) => sum + density(value), 0);
}

function densityOf({ share, mean, deviation }: Component, value: number): number {
  return (share / deviation) * Math.exp(-((value - mean) ** 2) / (2 * deviation ** 2));
}

function logDensity(components: readonly Component[]): LogDensity {
  return (value) => {
    let total = 0;
    for (const component of components) total += densityOf(component, value);
    return total > 0 ? Math.max(Math.log(total), leastLogDensity) : leastLogDensity;
  };
}
