import type { TimedCall } from "./call-order";
import { Connection, type ExchangeSink } from "./connection";
import type { SocketEnds } from "./socket-ends";

/** Connections kept at once; beyond it the one unused for longest is given up. */
const connectionLimit = 65_536;
/** Silence after which a message without a recognisable end is taken as ended. */
const quietMs = 2_000;

interface Entry {
  connection: Connection;
  lastUsedMs: number;
}

/** The connections of the processes under one strace, by process and both ends. */
export class ConnectionTable {
  readonly #connections = new Map<string, Entry>();
  /** The connection that a descriptor was last seen as, for calls on sockets that the kernel lists no longer. */
  readonly #byDescriptor = new Map<string, string>();

  /** `sinkOf` gives where the exchanges of a process go. */
  constructor(private readonly sinkOf: (tgid: number) => ExchangeSink) {}

  push(tgid: number, call: TimedCall, nowMs: number): void {
    const descriptor = `${tgid}/${call.fd}`;
    const key = call.ends === undefined ? this.#byDescriptor.get(descriptor) : keyOf(tgid, call.ends);
    if (call.action === "open") {
      this.#byDescriptor.delete(descriptor);
      if (key !== undefined) this.#close(key);
    }
    if (key === undefined) return;
    if (call.action === "close") {
      this.#byDescriptor.delete(descriptor);
      this.#close(key);
      return;
    }
    if (call.ends === undefined && !this.#connections.has(key)) return;
    this.#byDescriptor.set(descriptor, key);
    const entry = this.#entry(key, tgid, call.ends, nowMs);
    if (call.action === "end-of-input") entry?.connection.endOfInput();
    else if (call.action !== "open") entry?.connection.push(call);
  }

  /** Ends what has been silent; to be called about once a second. */
  sweep(nowMs: number): void {
    for (const { connection, lastUsedMs } of this.#connections.values()) {
      if (connection.isOpenEnded && nowMs - lastUsedMs >= quietMs) connection.endOpen();
    }
  }

  /** Gives up all connections, or those of one process. */
  closeAll(tgid?: number): void {
    const meant = (key: string): boolean => tgid === undefined || key.startsWith(`${tgid}/`);
    for (const key of [...this.#connections.keys()].filter(meant)) this.#close(key);
    for (const descriptor of [...this.#byDescriptor.keys()].filter(meant)) this.#byDescriptor.delete(descriptor);
  }

  #entry(key: string, tgid: number, ends: SocketEnds | undefined, nowMs: number): Entry | undefined {
    let entry = this.#connections.get(key);
    // Taken out and put back, so that the map's order is the order of last use.
    if (entry !== undefined) this.#connections.delete(key);
    else if (ends !== undefined) entry = { connection: new Connection(ends, this.sinkOf(tgid)), lastUsedMs: nowMs };
    if (entry === undefined) return undefined;
    entry.lastUsedMs = nowMs;
    this.#connections.set(key, entry);
    if (this.#connections.size > connectionLimit) this.#close(this.#connections.keys().next().value ?? "");
    return entry;
  }

  #close(key: string): void {
    const entry = this.#connections.get(key);
    this.#connections.delete(key);
    entry?.connection.close();
  }
}

function keyOf(tgid: number, { local, remote }: SocketEnds): string {
  return `${tgid}/${local.ip}:${local.port}-${remote.ip}:${remote.port}`;
}
