import { writeBulkBody } from "../../assembler/elastic/bulk-body";
import { writeOperation } from "../../assembler/elastic/elastic-trace-store";
import { readSearchHits } from "../../assembler/elastic/search-hits";
import { ByteWriter } from "../../assembler/json/byte-writer";
import { SpanReader } from "../../assembler/span/decode-span";
import type { CursorStore, SpanSource, Store, TraceStore } from "../../assembler/store";

const shard = { index: "spans_bench", uuid: "bench", shard: 0 };
/** Indexed between two looks at the shard: what one turn reads, so that reading keeps up and nothing waits to be read. */
const pagesPerLook = 4;

/** Pages as Elasticsearch's answers, made one after another; undefined at the end. */
export type AnswerSource = () => Buffer | undefined;

/**
 * Everything but Elasticsearch: answers are read from their bytes as they come from there, and traces go into the bytes
 * of bulk requests, which are then taken as written.
 */
export class CoreStore implements Store {
  readonly source: SpanSource;
  readonly traces: TraceStore;
  readonly cursors: CursorStore = { load: async () => [], commit: async () => {} };
  tracesWritten = 0;
  bytesWritten = 0;

  constructor(nextAnswer: AnswerSource, pages: number) {
    let written = 0;
    let indexed = 0;
    const writer = new ByteWriter();
    this.source = {
      heads: async () => {
        indexed = Math.min(pages, indexed + pagesPerLook);
        return { heads: [{ ...shard, checkpoint: indexed - 1 }], away: [] };
      },
      makeReadable: async () => {},
      agentOf: () => "bench",
      newestEnds: async () => [],
      ahead: async () => [],
      read: async (_head, after) => {
        const { hits } = readSearchHits(nextAnswer() as Buffer, new SpanReader("bench"));
        return { shard, after, upTo: after + 1, hits };
      },
    };
    this.traces = {
      write: async (traces) => {
        writer.reset();
        writeBulkBody(
          writer,
          traces.map((trace) => writeOperation(trace, "traces")),
        );
        this.bytesWritten += writer.length;
        this.tracesWritten += traces.length;
        return traces.map(() => ({ kind: "written", version: { index: "traces", seqNo: written++, primaryTerm: 1 } }));
      },
      delete: async () => {
        throw new Error("no trace of this benchmark becomes another's");
      },
      makeReadable: async () => {},
      load: async () => [],
      find: async () => [],
      reject: async () => {
        throw new Error("no span of this benchmark is malformed");
      },
    };
  }
}
