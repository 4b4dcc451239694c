import { backOffMs } from "./back-off";
import type { BulkOutcome } from "./bulk-items";
import type { Log } from "./log";
import { SpanBuffer } from "./span-buffer";
import type { StoredSpan } from "./span-document";
import type { Spool } from "./spool";

/** Where spans go; throws if none of them was looked at. */
export interface SpanStore {
  write(spans: readonly StoredSpan[]): Promise<BulkOutcome>;
  close(): void;
}

export interface WriterLimits {
  /** Spans that make a write start at once. */
  batchSize: number;
  /** Spans in one bulk request, at most. */
  bulkSize: number;
  /** Bytes of spans in memory, at most; beyond it they go to the disk. */
  memoryBytes: number;
}

/** Spans since the agent started; `buffered` is what waits now, in memory and on disk. */
export interface WriterCounts {
  written: number;
  buffered: number;
  dropped: number;
}

/** Time that a span waits for others to share its request. */
const gatherMs = 200;
const spillCheckMs = 250;
/** Age at which a span in memory goes to the disk, however the request under way ends. */
const memoryAgeMs = 1_000;
/** Bytes of one bulk request: well below Elasticsearch's 100 MB, and halved, down to the least, by each answer 413 (nginx' own limit is 1 MiB). */
const mostRequestBytes = 8 << 20;
const leastRequestBytes = 1 << 16;
/** Dropping is said at most this often. */
const sayDropsMs = 1_000;
/** Time that stopping gives Elasticsearch to take what waits; the rest stays on disk. */
const lastWriteMs = 3_000;

/**
 * Brings spans to the store and loses none while it is away. A new span waits in memory; the loop sends the oldest spans,
 * those on disk first, and waits longer after each failure. What fails, or grows older than a second in memory, goes to the
 * spool on disk, so adding a span never waits for anything. Spans are dropped, and counted, only if the spool is full.
 */
export class SpanWriter {
  readonly #memory = new SpanBuffer();
  /** True while spans go from memory to the disk; one such move at a time bounds the memory. */
  #isSpilling = false;
  #spilling: Promise<void> = Promise.resolve();
  #requestBytes = mostRequestBytes;
  #buffered: number;
  #written = 0;
  #dropped = 0;
  #unsaidDrops = 0;
  #saidDropsAt = 0;
  #failures = 0;
  #lastError: string | undefined;
  #reachable: boolean | undefined;
  #wake: () => void = () => {};
  #stopping = false;
  #loop: Promise<void> = Promise.resolve();
  #spillTimer: NodeJS.Timeout | undefined;

  constructor(
    private store: SpanStore,
    private readonly spool: Spool,
    private limits: WriterLimits,
    private readonly log: Log,
  ) {
    this.#buffered = spool.count;
  }

  start(): void {
    this.#loop = this.#run();
    this.#spillTimer = setInterval(() => {
      if (this.#failures > 0 || this.#memory.isOlderThan(memoryAgeMs, Date.now())) this.#spill();
    }, spillCheckMs);
  }

  add(span: StoredSpan): void {
    this.#buffered++;
    if (this.#memory.size > this.limits.memoryBytes) {
      if (this.#isSpilling) {
        this.#drop(1, "the disk is slower than spans come; sender.flat_file.mem_buffer_size is reached");
        return;
      }
      this.#spill();
    }
    this.#memory.add(span, Date.now());
    if (this.#memory.length >= this.limits.batchSize) this.#wake();
  }

  get counts(): WriterCounts {
    return { written: this.#written, buffered: this.#buffered, dropped: this.#dropped };
  }

  /** Whether the last request reached the store; undefined before the first. */
  get reachability(): { reachable: boolean | null; last_error: string | null } {
    return { reachable: this.#reachable ?? null, last_error: this.#lastError ?? null };
  }

  /** Goes on with another store and other limits; the spans of the request under way are sent again. */
  reconfigure(store: SpanStore, limits: WriterLimits): void {
    const old = this.store;
    this.store = store;
    this.limits = limits;
    this.#failures = 0;
    this.#requestBytes = mostRequestBytes;
    old.close();
    this.#wake();
  }

  /** Writes what waits if the store takes it within 3 s, and puts the rest on disk. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearInterval(this.#spillTimer);
    const until = Date.now() + lastWriteMs;
    // Closing the store ends the request under way.
    const timer = setTimeout(() => this.store.close(), lastWriteMs);
    this.#wake();
    await this.#loop;
    await this.#spilling;
    while (this.#failures === 0 && this.#buffered > 0 && Date.now() < until && (await this.#sendOnce())) {}
    clearTimeout(timer);
    this.#spill();
    await this.#spilling;
    await this.spool.close();
    this.store.close();
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      if (this.spool.count === 0 && this.#memory.length < this.limits.batchSize) await this.#wait(gatherMs);
      if (this.#stopping) return;
      if (this.spool.count === 0 && this.#memory.length === 0) continue;
      if (!(await this.#sendOnce()) && !this.#stopping)
        await this.#wait(backOffMs(this.#failures, Math.random()), false);
    }
  }

  /** Sends the oldest spans; false if the next try must wait. */
  async #sendOnce(): Promise<boolean> {
    const fromSpool = this.spool.count > 0;
    let spans: StoredSpan[];
    try {
      spans = fromSpool
        ? await this.spool.peek(this.limits.bulkSize, this.#requestBytes)
        : this.#memory.take(this.limits.bulkSize, this.#requestBytes, Date.now());
    } catch (error) {
      return this.#failed(`the spool cannot be read: ${(error as Error).message}`);
    }
    if (spans.length === 0) return true;
    try {
      const outcome = await this.store.write(spans);
      this.#reachable = true;
      this.#count(outcome);
      if (outcome.retry.length > 0) await this.#keep(outcome.retry);
      if (fromSpool) await this.spool.drop();
      if (outcome.retry.length > 0) return this.#failed("Elasticsearch had no room for some spans (429)");
      this.#recovered();
      return true;
    } catch (error) {
      this.#reachable = wasAnswered(error);
      if (!fromSpool) await this.#keep(spans);
      if (isTooLarge(error) && this.#requestBytes > leastRequestBytes) {
        this.#requestBytes = Math.max(leastRequestBytes, this.#requestBytes / 2);
        return true;
      }
      return this.#failed(error instanceof Error ? error.message : String(error));
    }
  }

  #count({ written, rejected }: BulkOutcome): void {
    this.#written += written;
    this.#buffered -= written;
    if (rejected.length > 0) this.#drop(rejected.length, `Elasticsearch refused them for good: ${rejected[0]?.reason}`);
  }

  #failed(message: string): false {
    this.#failures++;
    if (message !== this.#lastError) this.log.warn("spans wait: they cannot be written now", { error: message });
    this.#lastError = message;
    return false;
  }

  #recovered(): void {
    if (this.#failures > 0) this.log.info("spans are written again", { buffered: this.counts.buffered });
    this.#failures = 0;
    this.#lastError = undefined;
  }

  #spill(): void {
    if (this.#isSpilling || this.#memory.length === 0) return;
    const spans = this.#memory.takeAll();
    this.#isSpilling = true;
    this.#spilling = this.#keep(spans).finally(() => {
      this.#isSpilling = false;
    });
  }

  /** Puts spans on disk; those without room are dropped and counted. */
  async #keep(spans: readonly StoredSpan[]): Promise<void> {
    try {
      const taken = await this.spool.append(spans);
      if (taken < spans.length) this.#drop(spans.length - taken, "sender.flat_file.file_size_limit is reached");
    } catch (error) {
      this.#drop(spans.length, `the spool cannot be written: ${(error as Error).message}`);
    }
  }

  #drop(spans: number, reason: string): void {
    this.#dropped += spans;
    this.#buffered -= spans;
    this.#unsaidDrops += spans;
    if (Date.now() - this.#saidDropsAt < sayDropsMs) return;
    this.log.error("spans dropped", { spans: this.#unsaidDrops, reason });
    this.#unsaidDrops = 0;
    this.#saidDropsAt = Date.now();
  }

  /** Waits, but not beyond the agent's stop or, if `orWork`, a full batch. */
  #wait(ms: number, orWork = true): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        if (!orWork && !this.#stopping && this.#failures > 0) return;
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function statusOf(error: unknown): number | undefined {
  return error instanceof Error && "status" in error && typeof error.status === "number" ? error.status : undefined;
}

function isTooLarge(error: unknown): boolean {
  return statusOf(error) === 413;
}

/** A proxy that answers 502 to 504 does so because there is no Elasticsearch behind it. */
function wasAnswered(error: unknown): boolean {
  const status = statusOf(error);
  return status !== undefined && (status < 502 || status > 504);
}
