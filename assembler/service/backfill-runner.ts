import type { Assembly } from "../assembly";
import { type BackfillRequest, BackfillRequests } from "../backfill/backfill-requests";
import { FromTheStart } from "../backfill/from-the-start";
import { Slices } from "../backfill/time-range";
import { startMayBeIn, TimeRangeSource, TooManySpans } from "../backfill/time-range-source";
import type { ElasticConnection } from "../elastic/elastic-connection";
import { ElasticCursorStore } from "../elastic/elastic-cursor-store";
import { ElasticSpanSource } from "../elastic/elastic-span-source";
import type { RefreshWatch } from "../elastic/refresh-watch";
import { Superseded } from "../elastic/versioned-document";
import { WaitingSpanSource } from "../elastic/waiting-span-source";
import type { AssemblerSettings } from "../settings/assembler-settings";
import { shardKey } from "../store";
import { type OpenForServiceOptions, openForService } from "./open-for-service";

/** How often the holder of the lease looks whether a backfill was asked for. */
const lookEveryMs = 2_000;
/** Spans of one slice: a few seconds' work, in which nothing else is assembled. */
const mostSpans = 50_000;
/** A slice is all there is to its assembly: nothing of it leaves before everything is written. */
const endless = Number.POSITIVE_INFINITY;
const limits = { quietPeriodMs: 0, maxWaitMs: endless, recentMs: endless, maxOpenSpans: endless };

/** What the slices share with the turns around them. */
export type BackfillParts = Required<Pick<OpenForServiceOptions, "refreshWatch" | "tally" | "fence">> &
  Pick<OpenForServiceOptions, "refreshWatch" | "minuteLog">;

/** Carries out what was asked for, a slice at a time. The live assembly must be closed meanwhile: one window at a time. */
export class BackfillRunner {
  readonly #connection: ElasticConnection;
  readonly #requests: BackfillRequests;
  #slices: Slices | undefined;
  #request: BackfillRequest | undefined;
  #lookAt = 0;

  constructor(connection: ElasticConnection, name: string) {
    this.#connection = connection;
    this.#requests = new BackfillRequests(connection, name);
  }

  /** Whether a slice is to be done now. */
  async isDue(): Promise<boolean> {
    if (performance.now() < this.#lookAt) return false;
    this.#request = await this.#requests.read();
    this.#lookAt = performance.now() + lookEveryMs;
    return this.#request?.state === "pending";
  }

  /**
   * Does the next slice: reads its spans as if they came now, and has `write` write what differs. What was done of a
   * slice that failed half-way is found by the next attempt.
   */
  async runSlice(
    settings: AssemblerSettings,
    parts: BackfillParts,
    write: (assembly: Assembly) => Promise<void>,
  ): Promise<void> {
    const startedAt = performance.now();
    const request = this.#request;
    if (request === undefined) return;
    const slices = this.#slicesOf(request);
    const { tally } = parts;
    const before = tally.tracesWritten;
    let spans = 0;
    if (!slices.isDone) {
      try {
        const source = await this.#source(settings, slices, parts.refreshWatch);
        const { cursors } = source;
        const assembly = await openForService(
          this.#connection,
          settings,
          { ...parts, limits, now: () => performance.now() },
          {
            source: source.spans,
            cursors,
          },
        );
        await write(assembly);
        spans = source.spans.spans;
        slices.advance();
      } catch (error) {
        if (!(error instanceof TooManySpans)) throw error;
        slices.narrow();
        return;
      }
    }
    await this.#record({
      ...request,
      next: String(slices.next),
      state: slices.isDone ? "done" : "pending",
      spans: request.spans + spans,
      traces_written: request.traces_written + tally.tracesWritten - before,
    });
    // What came meanwhile has its turn for as long as the slice took.
    this.#lookAt = slices.isDone ? 0 : performance.now() * 2 - startedAt;
  }

  async #record(request: BackfillRequest): Promise<void> {
    try {
      await this.#requests.record(request);
    } catch (error) {
      // It was cancelled, or asked for anew.
      if (!(error instanceof Superseded)) throw error;
    }
  }

  async #source({ name, reading }: AssemblerSettings, slices: Slices, refreshWatch: RefreshWatch) {
    const cursors = await new ElasticCursorStore(this.#connection, name).load();
    const readBefore = new Map(cursors.map((cursor) => [shardKey(cursor), cursor.read]));
    const { index_pattern, page_size } = reading;
    const inner = new ElasticSpanSource(this.#connection, index_pattern, page_size, {
      filter: startMayBeIn(slices.slice),
      decodes: true,
    });
    const most = slices.isNarrowest ? Number.POSITIVE_INFINITY : mostSpans;
    return {
      spans: new TimeRangeSource(new WaitingSpanSource(inner, refreshWatch), readBefore, slices.slice, most),
      cursors: new FromTheStart(cursors),
    };
  }

  #slicesOf({ from, to, next }: BackfillRequest): Slices {
    const range = { from: BigInt(from), to: BigInt(to) };
    const known = this.#slices;
    const isKnown = known?.range.from === range.from && known.range.to === range.to && known.next === BigInt(next);
    if (known !== undefined && isKnown) return known;
    this.#slices = new Slices(range, BigInt(next));
    return this.#slices;
  }
}
