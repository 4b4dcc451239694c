import { Density } from "./density";

/** Samples from which on an endpoint's own distribution is worth having beside the common one. */
const fewestSamples = 40;
/** The common distribution counts for this many samples in an endpoint's own. */
const commonWeight = 20;
/** Samples are taken evenly from all; more of them would sharpen a density no further. */
export const mostSamples = 4000;

/** Gaps (nanoseconds) with the endpoints of the requests they were seen in. */
export class GapSamples {
  readonly gaps: Float64Array;
  readonly endpoints: Int32Array;
  count = 0;

  constructor(capacity: number) {
    this.gaps = new Float64Array(capacity);
    this.endpoints = new Int32Array(capacity);
  }

  add(gap: number, endpoint: number): void {
    this.gaps[this.count] = gap;
    this.endpoints[this.count] = endpoint;
    this.count += 1;
  }
}

/** Density of a gap for each endpoint, the common one where an endpoint has too few samples. */
export class EndpointDensity {
  readonly #byEndpoint: Density[];
  /** Mean of -ln density over the samples. */
  readonly entropy: number;

  constructor(samples: GapSamples, endpoints: number, resolution: number) {
    const common = new Density(samples.gaps, samples.count, resolution);
    this.#byEndpoint = new Array<Density>(endpoints).fill(common);
    const counts = new Int32Array(endpoints);
    for (let place = 0; place < samples.count; place += 1) {
      const endpoint = samples.endpoints[place] as number;
      counts[endpoint] = (counts[endpoint] as number) + 1;
    }
    let entropy = 0;
    const own = new Float64Array(samples.count);
    for (let endpoint = 0; endpoint < endpoints; endpoint += 1) {
      const count = counts[endpoint] as number;
      if (count < fewestSamples || count === samples.count) {
        entropy += count === 0 ? 0 : common.entropy * count;
        continue;
      }
      let size = 0;
      for (let place = 0; place < samples.count; place += 1) {
        if (samples.endpoints[place] !== endpoint) continue;
        own[size] = samples.gaps[place] as number;
        size += 1;
      }
      const density = new Density(own, size, resolution, common, commonWeight);
      this.#byEndpoint[endpoint] = density;
      entropy += density.entropy * count;
    }
    this.entropy = samples.count === 0 ? Number.POSITIVE_INFINITY : entropy / samples.count;
  }

  logAt(endpoint: number, gap: number): number {
    return (this.#byEndpoint[endpoint] as Density).logAt(gap);
  }
}
