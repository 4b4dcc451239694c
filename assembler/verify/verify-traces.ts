import { setTimeout as delay } from "node:timers/promises";
import { ElasticConnection } from "../elastic/elastic-connection";
import { ElasticCursorStore } from "../elastic/elastic-cursor-store";
import { rejectedIndex, tracesIndex } from "../elastic/index-names";
import { scanIndex } from "../elastic/scan-index";
import type { AssemblerSettings } from "../settings/assembler-settings";
import { shardKey } from "../store";
import { type SpanCount, SpanCounter } from "./span-count";

const pauseMs = 500;

/**
 * Recounts every span document against traces and rejections, by reading all three. The source is read first, so that
 * what the assembler writes meanwhile only makes the result better. With `waitMs` it is repeated until nothing is
 * pending or lost or the time is over. Rejects with ElasticError.
 */
export async function verifyTraces(settings: AssemblerSettings, waitMs = 0): Promise<SpanCount> {
  const connection = new ElasticConnection(settings.elastic);
  const deadline = performance.now() + waitMs;
  try {
    for (;;) {
      const count = await countSpans(connection, settings);
      if (count.pending + count.lost + count.duplicated === 0 || performance.now() >= deadline) return count;
      await delay(pauseMs);
    }
  } finally {
    await connection.close();
  }
}

async function countSpans(connection: ElasticConnection, settings: AssemblerSettings): Promise<SpanCount> {
  const counter = new SpanCounter();
  const cursors = await new ElasticCursorStore(connection, settings.name).load();
  const committed = new Map(cursors.map((cursor) => [shardKey(cursor), cursor.committed]));
  const documents: { spanId: string; place: string; isAhead: boolean }[] = [];
  const fields = ["span_id", "context.span_id"];
  for await (const { shard, hit } of scanIndex(connection, settings.reading.index_pattern, fields)) {
    const isAhead = hit.seqNo > (committed.get(shardKey(shard)) ?? -1);
    documents.push({ spanId: spanIdOf(hit.source.toString()), place: `${shard.index}/${hit.id}`, isAhead });
  }
  for await (const { hit } of scanIndex(connection, tracesIndex, ["span_ids"])) {
    const { span_ids } = JSON.parse(hit.source.toString()) as { span_ids?: string[] };
    counter.addTrace(hit.id, span_ids ?? []);
  }
  for await (const { hit } of scanIndex(connection, rejectedIndex, ["index", "id"])) {
    const { index, id } = JSON.parse(hit.source.toString()) as { index: string; id: string };
    counter.addRejection(`${index}/${id}`);
  }
  for (const document of documents) counter.addDocument(document);
  return counter.result();
}

function spanIdOf(source: string): string {
  const document = JSON.parse(source) as { span_id?: unknown; context?: { span_id?: unknown } };
  const id = document.context?.span_id ?? document.span_id;
  return typeof id === "string" ? id : "";
}
