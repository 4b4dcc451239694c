import type { CursorStore, ShardCursor } from "../store";
import type { ElasticConnection } from "./elastic-connection";
import { VersionedDocument } from "./versioned-document";

interface StoredCursors {
  readonly shards: readonly ShardCursor[];
}

/**
 * All cursors of one assembler in one document, so that they are committed together. Written only over the version read
 * at the start: an assembler that lost its lease without noticing cannot move them.
 */
export class ElasticCursorStore implements CursorStore {
  readonly #document: VersionedDocument<StoredCursors>;

  constructor(connection: ElasticConnection, name: string) {
    this.#document = new VersionedDocument(connection, `cursors-${name}`);
  }

  async load(): Promise<ShardCursor[]> {
    return [...((await this.#document.read())?.shards ?? [])];
  }

  commit(cursors: readonly ShardCursor[]): Promise<void> {
    return this.#document.write({ shards: cursors });
  }
}
