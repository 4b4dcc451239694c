import type { Span } from "../span/span";
import { addressOf } from "../trace/trace-warnings";

/** Far more addresses than a fleet has; beyond it, calls to further ones are not missed when their callee is. */
const mostAddresses = 100_000;

/** Addresses at which a traced service was seen to be asked: calls to these must have been seen there too. */
export class Listeners {
  readonly #ports = new Map<string, Set<number>>();
  #count = 0;
  #fresh = new Set<string>();

  note(span: Span): void {
    if (span.direction !== "Ingress" || span.srcPort === 0) return;
    const ports = this.#ports.get(span.srcIp);
    if (ports?.has(span.srcPort) || this.#count >= mostAddresses) return;
    if (ports === undefined) this.#ports.set(span.srcIp, new Set([span.srcPort]));
    else ports.add(span.srcPort);
    this.#count += 1;
    this.#fresh.add(addressOf(span.srcIp, span.srcPort));
  }

  has(ip: string, port: number): boolean {
    return this.#ports.get(ip)?.has(port) ?? false;
  }

  /** Addresses (`ip:port`) that were new since the last call. */
  takeFresh(): ReadonlySet<string> {
    const fresh = this.#fresh;
    this.#fresh = new Set();
    return fresh;
  }
}
