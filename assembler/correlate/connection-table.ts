import { entryOf } from "../collections/entry-of";
import type { Span } from "../span/span";
import { ConnectionPairs } from "./connection-pairs";

/**
 * Connections by their two ends, client first. Nested maps of strings that are already interned: one concatenated key
 * per span cost more than all the rest of adding it.
 */
export class ConnectionTable {
  readonly #byEnds = new Map<string, Map<string, Map<number, ConnectionPairs>>>();

  get isEmpty(): boolean {
    return this.#byEnds.size === 0;
  }

  /** The span's connection, made if it is new; undefined when the span has no addresses. */
  of(span: Span): ConnectionPairs | undefined {
    if (span.srcPort === 0 || span.dstPort === 0) return undefined;
    const byServer = entryOf(this.#byEnds, clientIpOf(span), newByServer);
    const byPorts = entryOf(byServer, serverIpOf(span), newByPorts);
    return entryOf(byPorts, portsOf(span), newPairs);
  }

  /** The span's connection, if it is known. */
  find(span: Span): ConnectionPairs | undefined {
    return this.#byEnds.get(clientIpOf(span))?.get(serverIpOf(span))?.get(portsOf(span));
  }

  /** Forgets the span's connection. */
  delete(span: Span): void {
    const byServer = this.#byEnds.get(clientIpOf(span));
    const byPorts = byServer?.get(serverIpOf(span));
    byPorts?.delete(portsOf(span));
    if (byPorts?.size === 0) byServer?.delete(serverIpOf(span));
    if (byServer?.size === 0) this.#byEnds.delete(clientIpOf(span));
  }
}

// Made once: a new one for each look-up was a sixth of all that a span left to the collector.
const newByServer = () => new Map<string, Map<number, ConnectionPairs>>();
const newByPorts = () => new Map<number, ConnectionPairs>();
const newPairs = () => new ConnectionPairs();

/** Address of the one who asked. */
export function clientIpOf(span: Span): string {
  return span.direction === "Egress" ? span.srcIp : span.dstIp;
}

function serverIpOf(span: Span): string {
  return span.direction === "Egress" ? span.dstIp : span.srcIp;
}

/** Both ports in 32 bits, so that the number needs no memory of its own. */
function portsOf(span: Span): number {
  const { srcPort, dstPort } = span;
  return span.direction === "Egress" ? (srcPort << 16) | dstPort : (dstPort << 16) | srcPort;
}
