import type { ElasticConnection } from "../../../../assembler/elastic/elastic-connection";
import { ElasticCursorStore } from "../../../../assembler/elastic/elastic-cursor-store";
import { ElasticSpanSource } from "../../../../assembler/elastic/elastic-span-source";
import { ElasticTraceStore } from "../../../../assembler/elastic/elastic-trace-store";
import type { CursorStore, ShardHead, ShardId, SpanSource, TraceStore } from "../../../../assembler/store";
import { type CrashableStore, CrashCounter } from "../../../unit/assembler/support/crash";

/**
 * The real store of the service, which crashes its user before or after any request, or in the middle of many writes.
 * Cursors are opened anew with each load, as a new process does.
 */
export class CrashingElasticStore extends CrashCounter implements CrashableStore {
  readonly source: SpanSource;
  readonly traces: TraceStore;
  readonly cursors: CursorStore;
  /** Documents that were indexed so far, each time counted. */
  indexed = 0;
  readonly #source: ElasticSpanSource;

  constructor(connection: ElasticConnection, name: string, pattern: string, pageSize: number) {
    super();
    const source = new ElasticSpanSource(connection, pattern, pageSize, { decodes: true });
    const traces = new ElasticTraceStore(connection);
    this.#source = source;
    const around = async <T>(work: () => Promise<T>): Promise<T> => {
      this.operation();
      const result = await work();
      this.operation();
      return result;
    };
    const inHalves = async <T, R>(items: readonly T[], work: (some: readonly T[]) => Promise<R[]>): Promise<R[]> => {
      const half = items.length >> 1;
      const first = await around(() => work(items.slice(0, half)));
      return [...first, ...(await around(() => work(items.slice(half))))];
    };
    this.source = {
      agentOf: (index) => source.agentOf(index),
      heads: () => around(() => source.heads()),
      makeReadable: (heads) => around(() => source.makeReadable(heads)),
      read: (head: ShardHead, after) => around(() => source.read(head, after)),
      newestEnds: (head, count) => around(() => source.newestEnds(head, count)),
      ahead: (shard: ShardId, after, ids) => around(() => source.ahead(shard, after, ids)),
    };
    this.traces = {
      write: (items) => inHalves(items, (some) => traces.write(some)),
      delete: (items) => inHalves(items, (some) => traces.delete(some)),
      load: (ids) => around(() => traces.load(ids)),
      find: (spanIds) => around(() => traces.find(spanIds)),
      makeReadable: () => around(() => traces.makeReadable()),
      reject: (rejections) => around(() => traces.reject(rejections)),
    };
    let cursors = new ElasticCursorStore(connection, name);
    this.cursors = {
      load: () => {
        cursors = new ElasticCursorStore(connection, name);
        return around(() => cursors.load());
      },
      commit: (shards) => around(() => cursors.commit(shards)),
    };
  }

  async backlog(readUpTo: (shard: ShardId) => number): Promise<number> {
    const { heads } = await this.#source.heads();
    return heads.reduce((left, head) => left - (readUpTo(head) + 1), this.indexed);
  }
}
