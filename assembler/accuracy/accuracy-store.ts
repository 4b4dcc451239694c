import type { ElasticConnection } from "../elastic/elastic-connection";
import { Superseded, VersionedDocument } from "../elastic/versioned-document";
import type { AccuracyReport } from "./accuracy-report";

/** How right the links of the assemblers of a name are, as the one that works last said, beside their cursors. */
export class AccuracyStore {
  readonly #document: VersionedDocument<AccuracyReport>;

  constructor(connection: ElasticConnection, name: string) {
    this.#document = new VersionedDocument(connection, `accuracy-${name}`);
  }

  read(): Promise<AccuracyReport | undefined> {
    return this.#document.read();
  }

  /** Replaces what is there, also what another assembler wrote. Throws ElasticError. */
  async write(report: AccuracyReport): Promise<void> {
    if (this.#document.version === undefined) await this.#document.read();
    try {
      await this.#document.write(report);
    } catch (error) {
      if (!(error instanceof Superseded)) throw error;
      // The next report goes over it.
      await this.#document.read();
    }
  }
}
