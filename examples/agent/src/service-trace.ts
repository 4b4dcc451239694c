import { CallOrder, type TimedCall } from "./call-order";
import type { Exchange } from "./connection";
import { ConnectionTable } from "./connection-table";
import { processOfThread } from "./process-table";
import type { Observer } from "./span-document";
import { readStraceLine } from "./strace-line";

export interface TraceEvents {
  exchange(exchange: Exchange, observer: Observer): void;
  unpaired(count: number): void;
  /** strace had something to say, such as a refused attach. */
  message(text: string): void;
}

/** Turns the lines of one strace into exchanges. */
export class ServiceTrace {
  readonly #order = new CallOrder();
  readonly #connections: ConnectionTable;
  readonly #processes = new Map<number, number>();

  /** `pid` is the process that strace was started on; its children go by the same service name. */
  constructor(
    private readonly pid: number,
    service: string,
    private readonly events: TraceEvents,
    private readonly tgidOf: (tid: number) => number | undefined = processOfThread,
  ) {
    this.#connections = new ConnectionTable((tgid) => ({
      exchange: (exchange) => events.exchange(exchange, { tgid, component: service }),
      unpaired: (count) => events.unpaired(count),
    }));
  }

  line(text: string, nowMs: number): void {
    const line = readStraceLine(text);
    if (line === undefined) return;
    if (line.kind === "message") this.events.message(line.text);
    this.#take(this.#order.push(line, this.pid), nowMs);
    if (line.kind !== "exited") return;
    const tid = line.tid ?? this.pid;
    const process = this.#processOf(tid);
    this.#processes.delete(tid);
    if (process === tid) this.#connections.closeAll(process);
  }

  sweep(nowMs: number): void {
    this.#connections.sweep(nowMs);
  }

  /** Gives what is left, when strace has ended. */
  end(nowMs: number): void {
    this.#take(this.#order.drain(), nowMs);
    this.#connections.closeAll();
  }

  #take(calls: TimedCall[], nowMs: number): void {
    for (const call of calls) this.#connections.push(this.#processOf(call.tid), call, nowMs);
  }

  /** A thread that has ended before its calls were read is taken as one of the first process. */
  #processOf(tid: number): number {
    let process = this.#processes.get(tid);
    if (process === undefined) {
      process = this.tgidOf(tid) ?? this.pid;
      this.#processes.set(tid, process);
    }
    return process;
  }
}
