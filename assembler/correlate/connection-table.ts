import { entryOf } from "../collections/entry-of";
import type { Span } from "../span/span";
import { ConnectionPairs } from "./connection-pairs";

const ports = 65536;

/**
 * Connections by their two ends, client first. Nested maps of strings that are already interned: one concatenated key
 * per span cost more than all the rest of adding it.
 */
export class ConnectionTable {
  readonly #byEnds = new Map<string, Map<string, Map<number, ConnectionPairs>>>();

  /** The span's connection, made if it is new; undefined when the span has no addresses. */
  of(span: Span): ConnectionPairs | undefined {
    if (span.srcPort === 0 || span.dstPort === 0) return undefined;
    const [clientIp, serverIp, key] = endsOf(span);
    const byServer = entryOf(this.#byEnds, clientIp, () => new Map<string, Map<number, ConnectionPairs>>());
    const byPorts = entryOf(byServer, serverIp, () => new Map<number, ConnectionPairs>());
    return entryOf(byPorts, key, () => new ConnectionPairs());
  }

  /** Forgets the span's connection. */
  delete(span: Span): void {
    const [clientIp, serverIp, key] = endsOf(span);
    const byServer = this.#byEnds.get(clientIp);
    const byPorts = byServer?.get(serverIp);
    byPorts?.delete(key);
    if (byPorts?.size === 0) byServer?.delete(serverIp);
    if (byServer?.size === 0) this.#byEnds.delete(clientIp);
  }
}

function endsOf(span: Span): [clientIp: string, serverIp: string, ports: number] {
  return span.direction === "Egress"
    ? [span.srcIp, span.dstIp, span.srcPort * ports + span.dstPort]
    : [span.dstIp, span.srcIp, span.dstPort * ports + span.srcPort];
}
