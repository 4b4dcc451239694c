import { writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { ElasticConnection } from "../../assembler/elastic/elastic-connection";
import { agentOfIndex } from "../../assembler/elastic/index-names";
import { scanIndex } from "../../assembler/elastic/scan-index";
import { decodeSpan, isFault } from "../../assembler/span/decode-span";
import type { Span } from "../../assembler/span/span";
import { recordedSpans } from "./recorded-spans";

const pattern = "spans_*";

/** Writes the spans that the Elasticsearch at `url` holds, of services that pass `X-Request-Id` on, as a recording. */
async function record(url: string, file: string): Promise<void> {
  const connection = new ElasticConnection({ url });
  const spans: Span[] = [];
  try {
    for await (const { shard, hit } of scanIndex(connection, pattern)) {
      const span = decodeSpan(hit.source, agentOfIndex(shard.index, pattern), hit.id);
      if (isFault(span)) throw new Error(`${shard.index}/${hit.id} is no span: ${span.reason}`);
      spans.push(span);
    }
  } finally {
    await connection.close();
  }
  const packed = gzipSync(recordedSpans(spans), { level: 9 });
  writeFileSync(file, packed);
  console.log(`${spans.length} spans read, ${packed.length} bytes written to ${file}`);
}

const [url, file, ...more] = process.argv.slice(2);
if (url === undefined || !file?.endsWith(".ndjson.gz") || more.length > 0) {
  console.error("Run: node --import tsx bench/workloads/record.ts ELASTICSEARCH-URL FILE.ndjson.gz");
  process.exitCode = 1;
} else
  record(url, file).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
