import type { Assembly } from "../assembly";
import type { RunMode } from "../settings/run-modes";
import { Tally } from "../tally";

/** What the service is doing, for its health checks and metrics; the run loop writes it, the HTTP server reads it. */
export class ServiceState {
  readonly tally = new Tally();
  /** `starting`: has not got so far; `standby`: another assembler of the name works; `active`: reads and writes. */
  role: "starting" | "standby" | "active" | "stopping" = "starting";
  mode: RunMode = "automatic";
  /** Grows with each holder of the lease; 0 until it is ours. */
  term = 0;
  /** Last fault of Elasticsearch, undefined when the last request went well. */
  fault: string | undefined;
  /** Turns finished since the lease was taken. */
  turns = 0;
  assembly: Assembly | undefined;

  /** `maintenance`: it holds the lease and does nothing, as it was told. */
  get standing(): "ready" | "not ready" | "maintenance" {
    if (this.role === "active" && this.mode === "maintenance") return "maintenance";
    if (this.fault !== undefined) return "not ready";
    if (this.role === "standby") return "ready";
    // Without being asked it takes no turn, and is ready for one.
    const hasBegun = this.turns > 0 || (this.mode !== "automatic" && this.assembly !== undefined);
    return this.role === "active" && hasBegun ? "ready" : "not ready";
  }

  get isReady(): boolean {
    return this.standing === "ready";
  }
}
