import { readCallTarget, readDurationNs, readSocketCall, type SocketAction, type SocketCall } from "./socket-call";
import type { StraceLine } from "./strace-line";

/** A socket call with who made it and when: wall-clock ns at which it was entered and left. */
export interface TimedCall extends SocketCall {
  tid: number;
  entryNs: bigint;
  exitNs: bigint;
}

interface OpenCall {
  entryNs: bigint;
  text: string;
  /** Descriptor that is being written to; reads from it wait for this call. */
  writesTo: number | undefined;
}

/**
 * Joins the halves of interrupted calls and gives the calls in the order in which they took effect: a write counts
 * from its entry, a read from its exit. A client may read the answer in one thread before strace reports that the write
 * of the question in another thread returned, so such reads are held until that write is known.
 */
export class CallOrder {
  readonly #open = new Map<number, OpenCall>();
  readonly #writing = new Map<number, number>();
  #held: TimedCall[] = [];

  /** `mainTid` is the thread meant by lines without a thread. Returns the calls that can be told now. */
  push(line: StraceLine, mainTid: number): TimedCall[] {
    if (line.kind === "message") return [];
    const tid = line.tid ?? mainTid;
    if (line.kind === "exited") return this.#close(tid) ? this.#release() : [];
    if (line.kind === "unfinished") {
      const target = readCallTarget(line.text);
      if (target === undefined) return [];
      const writesTo = target.action === "write" ? target.fd : undefined;
      if (writesTo !== undefined) this.#writing.set(writesTo, (this.#writing.get(writesTo) ?? 0) + 1);
      this.#open.set(tid, { entryNs: line.atNs, text: line.text, writesTo });
      return [];
    }
    if (line.kind === "call") {
      const call = readSocketCall(line.text);
      // strace takes the duration from after it printed the arguments, so this is early by that long (some 10 µs).
      return call
        ? this.#admit({ ...call, tid, entryNs: line.atNs, exitNs: line.atNs + readDurationNs(line.text) })
        : [];
    }
    const open = this.#open.get(tid);
    if (open === undefined) return [];
    const call = readSocketCall(open.text + line.text);
    const wrote = this.#close(tid);
    const told = call ? this.#admit({ ...call, tid, entryNs: open.entryNs, exitNs: line.atNs }) : [];
    return wrote ? [...told, ...this.#release()] : told;
  }

  /** Gives up waiting, when strace has ended: the calls still held. */
  drain(): TimedCall[] {
    this.#open.clear();
    this.#writing.clear();
    return this.#release();
  }

  #admit(call: TimedCall): TimedCall[] {
    if (!waitsForWrites(call.action) || !this.#isHeld(call.fd)) return [call];
    this.#held.push(call);
    return [];
  }

  #isHeld(fd: number): boolean {
    return this.#writing.has(fd);
  }

  /** Forgets the open call of a thread; true if it was a write. */
  #close(tid: number): boolean {
    const writesTo = this.#open.get(tid)?.writesTo;
    this.#open.delete(tid);
    if (writesTo === undefined) return false;
    const left = (this.#writing.get(writesTo) ?? 1) - 1;
    if (left === 0) this.#writing.delete(writesTo);
    else this.#writing.set(writesTo, left);
    return true;
  }

  #release(): TimedCall[] {
    const free = this.#held.filter((call) => !this.#isHeld(call.fd));
    if (free.length > 0) this.#held = this.#held.filter((call) => this.#isHeld(call.fd));
    return free;
  }
}

function waitsForWrites(action: SocketAction): boolean {
  return action !== "write" && action !== "open";
}
