import type { Exchange, ProcessTraffic } from "../algorithm";
import { doThreadsTell } from "../threads";
import type { IdentifierSharing } from "./pair-evidence";

/** An identifier that few requests hold; see `IdentifierSharing.of`. */
const rareSharing = 2;

/** What points from a call to a request before anything is learnt. */
export class Hints {
  readonly #threadsTell: boolean;

  constructor(
    readonly traffic: ProcessTraffic,
    readonly sharing: IdentifierSharing,
  ) {
    this.#threadsTell = doThreadsTell(traffic.requests, traffic.calls, (exchange) => exchange);
  }

  pointsTo(request: number, call: number): boolean {
    return this.#isShared(request, call) || (this.#threadsTell && this.#isOneThread(request, call));
  }

  /** Of a call and a request it is pointed to: by what. */
  kind(request: number, call: number): "identifier" | "thread" {
    return this.#isShared(request, call) ? "identifier" : "thread";
  }

  #isShared(request: number, call: number): boolean {
    return !this.sharing.isEmpty && this.sharing.of(request, call) >= rareSharing;
  }

  #isOneThread(request: number, call: number): boolean {
    const { requests, calls } = this.traffic;
    return (requests[request] as Exchange).thread === (calls[call] as Exchange).thread;
  }
}
