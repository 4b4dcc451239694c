import type { Assembly } from "../assembly";
import { Tally } from "../tally";

/** What the service is doing, for its health checks and metrics; the run loop writes it, the HTTP server reads it. */
export class ServiceState {
  readonly tally = new Tally();
  /** `starting`: has not got so far; `standby`: another assembler of the name works; `active`: reads and writes. */
  role: "starting" | "standby" | "active" | "stopping" = "starting";
  /** Last fault of Elasticsearch, undefined when the last request went well. */
  fault: string | undefined;
  /** Turns finished since the lease was taken. */
  turns = 0;
  assembly: Assembly | undefined;

  get isReady(): boolean {
    if (this.fault !== undefined) return false;
    return this.role === "standby" || (this.role === "active" && this.turns > 0);
  }
}
