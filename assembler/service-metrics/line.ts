import { Durations } from "./durations";

/** What is counted of one endpoint, or of the calls from one service to one endpoint of another. */
export class Line {
  readonly durations = new Durations();
  /** Calls whose other side was not seen. */
  unseen = 0;
  /** Of calls that were seen on both sides: nanoseconds the caller waited longer than the callee worked, in all. */
  networkTime = 0n;

  get count(): number {
    return this.durations.count;
  }

  merge(other: Line): this {
    this.durations.addAll(other.durations);
    this.unseen += other.unseen;
    this.networkTime += other.networkTime;
    return this;
  }
}

/** Lines by name. */
export type Lines = Map<string, Line>;
