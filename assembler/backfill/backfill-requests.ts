import type { ElasticConnection } from "../elastic/elastic-connection";
import { Superseded, VersionedDocument } from "../elastic/versioned-document";
import type { TimeRange } from "./time-range";

/** A backfill that somebody asked for. Nanoseconds are digits in a text, as JSON cannot hold them. */
export interface BackfillRequest {
  readonly from: string;
  readonly to: string;
  /** Up to here it is done. */
  readonly next: string;
  readonly state: "pending" | "done" | "cancelled";
  /** Spans read again, those of overlapping slices twice; traces written because they came out otherwise. */
  readonly spans: number;
  readonly traces_written: number;
  readonly requested_at: number;
}

/**
 * The latest backfill asked of the assemblers of a name, kept beside their cursors: whoever holds the lease carries it
 * out, also after a crash of the one who began.
 */
export class BackfillRequests {
  readonly #document: VersionedDocument<BackfillRequest>;

  constructor(connection: ElasticConnection, name: string) {
    this.#document = new VersionedDocument(connection, `backfill-${name}`);
  }

  read(): Promise<BackfillRequest | undefined> {
    return this.#document.read();
  }

  /** Asks for one. Throws Error when another one is under way; the same one is joined. */
  async ask({ from, to }: TimeRange): Promise<void> {
    const before = await this.read();
    if (before?.state === "pending") {
      if (before.from === String(from) && before.to === String(to)) return;
      throw new Error(`a backfill from ${before.from} to ${before.to} is under way: wait for it, or backfill --cancel`);
    }
    const pending = { state: "pending", spans: 0, traces_written: 0, requested_at: Date.now() } as const;
    try {
      await this.#document.write({ from: String(from), to: String(to), next: String(from), ...pending });
    } catch (error) {
      if (error instanceof Superseded) throw new Error("somebody else asked for a backfill just now: try again");
      throw error;
    }
  }

  /** Takes note of how far it is. Throws Superseded when somebody else wrote since it was read. */
  record(request: BackfillRequest): Promise<void> {
    return this.#document.write(request);
  }

  /** Resolves with whether there was one to cancel. */
  async cancel(): Promise<boolean> {
    const request = await this.read();
    if (request?.state !== "pending") return false;
    await this.#document.write({ ...request, state: "cancelled" });
    return true;
  }
}
