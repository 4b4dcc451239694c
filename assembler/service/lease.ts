import { setTimeout as delay } from "node:timers/promises";
import type { ElasticConnection } from "../elastic/elastic-connection";
import { Superseded, VersionedDocument } from "../elastic/versioned-document";
import { isCertainlyGone, ownIdentity, type ProcessIdentity } from "./process-identity";

/** A holder that has not renewed for so long has lost the lease. */
export const leaseMs = 9_000;
const renewEveryMs = 2_000;
const standbyPollMs = 1_000;

interface StoredLease {
  /** null = released. */
  readonly holder: ProcessIdentity | null;
  /** Grows with each new holder: says which of two is the later one. */
  readonly term: number;
  readonly beat: number;
}

export interface LeaseWatcher {
  /** Another one holds it; called once for each holder waited for. */
  readonly standingBy: (holder: ProcessIdentity) => void;
}

/**
 * Lets one assembler of a name work at a time. The holder renews a document; whoever waits takes it over when it stays
 * unchanged for `leaseMs` by the waiter's own clock (hosts' clocks are never compared), or at once when the holder ran
 * on this host and is gone. Every write is on condition of the version known, so of two takers one fails.
 */
export class Lease {
  readonly #document: VersionedDocument<StoredLease>;
  readonly #own = ownIdentity();
  #lease: StoredLease | undefined;
  #renewedAt = Number.NEGATIVE_INFINITY;
  /** The renewal under way: two at once would each find the other's write. */
  #renewal: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Set when a renewal in the background found that another one took it. */
  #superseded: Superseded | undefined;

  constructor(connection: ElasticConnection, name: string) {
    this.#document = new VersionedDocument(connection, `lease-${name}`);
  }

  get term(): number {
    return this.#lease?.term ?? 0;
  }

  /** Whether nobody else can have taken it yet. */
  get isHeld(): boolean {
    return this.#lease !== undefined && performance.now() - this.#renewedAt < leaseMs;
  }

  /** Waits until the lease is ours. Rejects with AbortError when told to stop, with ElasticError for its faults. */
  async acquire(watcher: LeaseWatcher, signal: AbortSignal): Promise<void> {
    let seen = "";
    let seenAt = 0;
    let waitedFor = "";
    for (;;) {
      const stored = await this.#document.read();
      const state = JSON.stringify([stored, this.#document.version]);
      if (state !== seen) {
        seen = state;
        seenAt = performance.now();
      }
      const holder = stored?.holder ?? undefined;
      const isFree = holder === undefined || isCertainlyGone(holder, this.#own);
      if (isFree || performance.now() - seenAt >= leaseMs) {
        if (await this.#take(stored?.term ?? 0)) return;
        continue;
      }
      if (waitedFor !== JSON.stringify(holder)) {
        waitedFor = JSON.stringify(holder);
        watcher.standingBy(holder);
      }
      await delay(standbyPollMs, undefined, { signal });
    }
  }

  /** Renews it if it is time. Throws Superseded when another one took it, ElasticError when nobody could tell. */
  async keep(): Promise<void> {
    if (this.#superseded !== undefined) throw this.#superseded;
    if (this.#renewal === undefined) {
      if (this.#lease === undefined || performance.now() - this.#renewedAt < renewEveryMs) return;
      this.#renewal = this.#renew(this.#lease).finally(() => {
        this.#renewal = undefined;
      });
    }
    await this.#renewal;
  }

  /** Renews it also while a turn takes long, as long as `isAlive` says that the turns go on. */
  keepInBackground(isAlive: () => boolean): void {
    this.#timer ??= setInterval(() => {
      if (!isAlive()) return;
      this.keep().catch((error) => {
        if (error instanceof Superseded) this.#superseded = error;
      });
    }, renewEveryMs / 2);
    this.#timer.unref();
  }

  /** Lets another one take it at once. */
  async release(): Promise<void> {
    const lease = this.#lease;
    this.#end();
    await this.#renewal?.catch(() => {});
    if (lease !== undefined) await this.#document.write({ ...lease, holder: null });
  }

  /** Forgets it without a word: another one has it. */
  drop(): void {
    this.#end();
  }

  #end(): void {
    this.#lease = undefined;
    this.#superseded = undefined;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  async #renew(lease: StoredLease): Promise<void> {
    const asked = performance.now();
    const renewed = { ...lease, beat: lease.beat + 1 };
    await this.#document.write(renewed);
    if (this.#lease === undefined) return;
    this.#lease = renewed;
    this.#renewedAt = asked;
  }

  async #take(lastTerm: number): Promise<boolean> {
    const asked = performance.now();
    const taken = { holder: this.#own, term: lastTerm + 1, beat: 0 };
    try {
      await this.#document.write(taken);
    } catch (error) {
      if (error instanceof Superseded) return false;
      throw error;
    }
    this.#lease = taken;
    this.#superseded = undefined;
    this.#renewedAt = asked;
    return true;
  }
}
