import type { Span } from "../../span/span";

/** Far more ends than a fleet has; further ones are not known. */
const mostEnds = 100_000;

/** Client's address and port kept, as by a translation of destinations: of two hosts with one address each, one in thousands. */
const sameClient = 1000;
/** Only its port kept, as most translations of sources try to. */
const sameClientPort = 100;
/** The server was asked at its own address: one of its clients is as good as another. */
const sameServer = 3;
/** The server's client is at an address where traced processes make calls: it may well be one of these, and its call lost. */
const otherKnownClient = 0.01;

/**
 * Addresses at which traced processes are asked, and from which they call: who is known by an address of its own was not
 * reached through another one.
 */
export class KnownEnds {
  readonly #listeners = new Set<string>();
  readonly #clients = new Set<string>();

  /** Of both kinds: those that are new since `takeNew`. */
  #new = new Set<string>();

  /** Takes note of an address that is a connection's own end. */
  note({ direction, srcIp, srcPort }: Span): void {
    const isServer = direction === "Ingress";
    const known = isServer ? this.#listeners : this.#clients;
    const end = isServer ? `${srcIp}:${srcPort}` : srcIp;
    if (known.size >= mostEnds || known.has(end)) return;
    known.add(end);
    this.#new.add(end);
  }

  /** Tells of a span on a connection of one side whether ends that were noted since the last call count for it; undefined when there are none. */
  takeNew(): ((span: Span) => boolean) | undefined {
    if (this.#new.size === 0) return undefined;
    const ends = this.#new;
    this.#new = new Set();
    return ({ direction, dstIp, dstPort }) => ends.has(direction === "Egress" ? `${dstIp}:${dstPort}` : dstIp);
  }

  /** What the addresses say for a pair: how much likelier they are if it is one; 0 where it cannot be. */
  weigh(client: Span, server: Span): number {
    const isServerKept = client.dstIp === server.srcIp && client.dstPort === server.srcPort;
    const isClientKept = client.srcIp === server.dstIp;
    // On the same two addresses nothing was translated: the ports say that these are two connections.
    if (isServerKept && isClientKept) return 0;
    if (isClientKept && client.srcPort === server.dstPort) return sameClient;
    if (!isServerKept && this.#listeners.has(`${client.dstIp}:${client.dstPort}`)) return 0;
    const known = !isClientKept && this.#clients.has(server.dstIp) ? otherKnownClient : 1;
    const port = client.srcPort === server.dstPort ? sameClientPort : 1;
    return known * port * (isServerKept ? sameServer : 1);
  }
}
