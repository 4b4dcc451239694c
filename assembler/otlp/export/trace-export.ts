import { setTimeout as delay } from "node:timers/promises";
import type { ElasticConnection } from "../../elastic/elastic-connection";
import { ElasticError, type ElasticErrorKind } from "../../elastic/elastic-error";
import { ElasticSpanSource } from "../../elastic/elastic-span-source";
import { tracesIndex } from "../../elastic/index-names";
import { Superseded, VersionedDocument } from "../../elastic/versioned-document";
import { MalformedJson } from "../../json/scan";
import { retryDelayMs } from "../../service/retry-delays";
import { type ShardCursor, type ShardHead, type SpanPage, shardKey } from "../../store";
import { readTrace } from "../../trace/read-trace";
import type { OtlpExportSettings } from "../otlp-settings";
import type { OtlpTally } from "../otlp-tally";
import type { Backend } from "./backend";
import { type ExportItem, exportItems } from "./export-items";
import { BackendAway, sendItems } from "./send-items";

/** Traces are read so many at once; the source lowers it where they are large. */
const pageSize = 200;

export interface TraceExportOptions {
  readonly settings: OtlpExportSettings;
  /** The assembler's. */
  readonly name: string;
  readonly connection: ElasticConnection;
  readonly backend: Pick<Backend, "send">;
  readonly tally: OtlpTally;
  readonly log: {
    info(details: object, message: string): void;
    warn(details: object, message: string): void;
    error(details: object, message: string): void;
  };
}

/**
 * Sends every trace document to an OpenTelemetry backend, and again each time it is amended:
 *
 *     traces, by cursor ─► spans ─► backend ─► cursor committed
 *
 * It reads what is written with a cursor of its own, exactly as spans are read. So it never holds up assembling, and
 * what an unreachable backend could not take waits in Elasticsearch, over restarts too. A crash between the backend's
 * answer and the commit sends a page again, with the same ids.
 */
export class TraceExport {
  readonly #options: TraceExportOptions;
  readonly #source: ElasticSpanSource;
  readonly #cursors: VersionedDocument<{ readonly shards: readonly ShardCursor[] }>;
  /** How far each shard's traces are sent. */
  #sent: Map<string, ShardCursor> | undefined;
  #failures = 0;

  constructor(options: TraceExportOptions) {
    this.#options = options;
    this.#source = new ElasticSpanSource(options.connection, tracesIndex, pageSize);
    this.#cursors = new VersionedDocument(options.connection, `otlp-export-${options.name}`);
  }

  /** Runs until told to stop. Whatever happens, it never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        const isMore = await this.#turn(signal);
        this.#recovered();
        if (!isMore) await pause(this.#options.settings.poll_interval_ms, signal);
      } catch (error) {
        // Another one exports, or the answer to our own write was lost: what is stored says from where to go on.
        if (error instanceof Superseded) this.#sent = undefined;
        await pause(this.#failed(error), signal);
      }
    }
  }

  /** Sends one page of each shard; returns whether there is more. */
  async #turn(signal: AbortSignal): Promise<boolean> {
    this.#sent ??= new Map(((await this.#cursors.read())?.shards ?? []).map((shard) => [shardKey(shard), shard]));
    const { heads } = await this.#source.heads();
    const behind = heads.filter((head) => this.#sentOf(head) < head.checkpoint);
    this.#countLag(heads);
    if (behind.length === 0) return false;
    await this.#source.makeReadable(behind);
    for (const head of behind) {
      const page = await this.#source.read(head, this.#sentOf(head));
      await this.#send(page, signal);
      this.#sent.set(shardKey(head), { ...page.shard, committed: page.upTo, read: page.upTo });
      await this.#cursors.write({ shards: [...this.#sent.values()] });
      this.#countLag(heads);
    }
    return behind.some((head) => this.#sentOf(head) < head.checkpoint);
  }

  async #send(page: SpanPage, signal: AbortSignal): Promise<void> {
    const { backend, settings, tally, log } = this.#options;
    const items: ExportItem[] = [];
    let unreadable = 0;
    for (const { id, source } of page.hits) {
      try {
        for (const item of exportItems(readTrace(source))) items.push(item);
      } catch (error) {
        if (!(error instanceof MalformedJson || error instanceof SyntaxError)) throw error;
        unreadable += 1;
        log.warn({ trace_id: id, reason: error.message }, "a trace document cannot be read and is not exported");
      }
    }
    signal.throwIfAborted();
    const warn = (message: string, details: object) => log.warn(details, message);
    await sendItems({ send: (request) => backend.send(request, signal), tally, warn }, items, settings.max_batch_spans);
    tally.exportedTraces += page.hits.length - unreadable;
    tally.unreadableTraces += unreadable;
  }

  #sentOf(head: ShardHead): number {
    return this.#sent?.get(shardKey(head))?.committed ?? -1;
  }

  #countLag(heads: readonly ShardHead[]): void {
    let lag = 0;
    for (const head of heads) lag += Math.max(0, head.checkpoint - this.#sentOf(head));
    this.#options.tally.exportLag = lag;
  }

  /** Pause in milliseconds; one line for the first failure and each tenth, all of them in the metrics. */
  #failed(error: unknown): number {
    const { tally, log } = this.#options;
    if (error instanceof Error && error.name === "AbortError") return 0;
    tally.exportFailures += 1;
    this.#failures += 1;
    const asked = error instanceof BackendAway ? error.retryAfterMs : 0;
    const waitMs = Math.max(asked, retryDelayMs(kindOf(error), this.#failures, Math.random()));
    const details = { failures: this.#failures, retry_ms: waitMs, reason: reasonOf(error) };
    const isOurs = !isTheirs(error);
    if (this.#failures === 1 || this.#failures % 10 === 0) {
      log[isOurs ? "error" : "warn"](details, "traces are not exported now; they wait in Elasticsearch");
    }
    return waitMs;
  }

  #recovered(): void {
    if (this.#failures > 0) this.#options.log.info({ failures: this.#failures }, "traces are exported again");
    this.#failures = 0;
  }
}

function kindOf(error: unknown): ElasticErrorKind {
  return error instanceof BackendAway || error instanceof ElasticError ? error.kind : "failed";
}

function isTheirs(error: unknown): error is Error {
  return error instanceof BackendAway || error instanceof ElasticError || error instanceof Superseded;
}

/** Faults of our own keep their stack. */
function reasonOf(error: unknown): string {
  if (isTheirs(error)) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => {});
}
