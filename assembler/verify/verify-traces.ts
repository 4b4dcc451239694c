import { setTimeout as delay } from "node:timers/promises";
import { ElasticConnection } from "../elastic/elastic-connection";
import { ElasticCursorStore } from "../elastic/elastic-cursor-store";
import { ElasticError } from "../elastic/elastic-error";
import { agentOfIndex, rejectedIndex, tracesIndex } from "../elastic/index-names";
import { scanIndex } from "../elastic/scan-index";
import type { AssemblerSettings } from "../settings/assembler-settings";
import { decodeSpan, isFault } from "../span/decode-span";
import { shardKey } from "../store";
import { spansOf } from "../window/take-back";
import { HashRange } from "./hash-range";
import { addCounts, isExact, type SpanCount } from "./span-count";
import { SpanCounter } from "./span-counter";
import { allTimes, isWithin, type TimeRange } from "./time-range";

export interface VerifyOptions {
  /** Of the spans' start; documents that cannot be read have none and are always counted. */
  readonly range?: TimeRange;
  /** Repeat until Elasticsearch answers, nothing is pending and all is exact, for so long at most. */
  readonly waitMs?: number;
  /** Spans and given trace ids held in memory at a time, about 0.3 KB each. */
  readonly mostHeld?: number;
}

const pauseMs = 500;
const mostHeld = 1_000_000;

/**
 * Recounts every span document against traces and rejections, by reading all three. The source is read first, so that
 * what the assembler writes meanwhile only makes the result better. What does not fit in memory at once is counted in
 * several passes, each over a part of the span ids. Rejects with ElasticError.
 */
export async function verifyTraces(settings: AssemblerSettings, options: VerifyOptions = {}): Promise<SpanCount> {
  const connection = new ElasticConnection(settings.elastic);
  const deadline = performance.now() + (options.waitMs ?? 0);
  try {
    for (;;) {
      try {
        const count = await countSpans(connection, settings, options);
        if ((count.pending === 0 && isExact(count)) || performance.now() >= deadline) return count;
      } catch (error) {
        if (!isPassing(error) || performance.now() >= deadline) throw error;
      }
      await delay(pauseMs);
    }
  } finally {
    await connection.close();
  }
}

/** Whether it may be otherwise soon: a node that starts, a shard that is on its way. */
function isPassing(error: unknown): boolean {
  return error instanceof ElasticError && (error.kind === "busy" || error.kind === "unreachable");
}

async function countSpans(
  connection: ElasticConnection,
  settings: AssemblerSettings,
  options: VerifyOptions,
): Promise<SpanCount> {
  let total: SpanCount | undefined;
  for (let part: HashRange | undefined = HashRange.all; part !== undefined; ) {
    const counter: SpanCounter = new SpanCounter(part, options.mostHeld ?? mostHeld, options.range === undefined);
    await countPart(connection, settings, options.range ?? allTimes, counter);
    const count = counter.result();
    total = total === undefined ? count : addCounts(total, count);
    part = counter.range.next();
  }
  return total as SpanCount;
}

async function countPart(
  connection: ElasticConnection,
  settings: AssemblerSettings,
  range: TimeRange,
  counter: SpanCounter,
): Promise<void> {
  const pattern = settings.reading.index_pattern;
  const cursors = await new ElasticCursorStore(connection, settings.name).load();
  const committed = new Map(cursors.map((cursor) => [shardKey(cursor), cursor.committed]));
  for await (const { shard, hit } of scanIndex(connection, pattern)) {
    const decoded = decodeSpan(hit.source, agentOfIndex(shard.index, pattern), hit.id);
    const span = isFault(decoded) ? undefined : decoded;
    if (span !== undefined && !isWithin(range, span.start)) continue;
    const isAhead = hit.seqNo > (committed.get(shardKey(shard)) ?? -1);
    counter.addDocument({ index: shard.index, id: hit.id, isAhead, span });
  }
  for await (const { shard, hit } of scanIndex(connection, tracesIndex)) {
    counter.addTrace(`${shard.index}/${hit.id}`, spansOf(hit.source) ?? []);
  }
  for await (const { hit } of scanIndex(connection, rejectedIndex, ["index", "id", "span_id"])) {
    const rejection = JSON.parse(hit.source.toString()) as { index: string; id: string; span_id?: string };
    counter.addRejection(rejection.index, rejection.id, rejection.span_id ?? "");
  }
}
