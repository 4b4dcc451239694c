import type { DocumentVersion } from "../store";
import type { ElasticConnection } from "./elastic-connection";
import { assemblerIndex } from "./index-names";

/** Someone else wrote the document since we last did. */
export class Superseded extends Error {
  constructor(id: string) {
    super(`${assemblerIndex}/${id} was written by another assembler`);
  }
}

/** One small document that only its latest reader may write. */
export class VersionedDocument<T extends object> {
  readonly #connection: ElasticConnection;
  readonly #id: string;
  #version: DocumentVersion | undefined;

  constructor(connection: ElasticConnection, id: string) {
    this.#connection = connection;
    this.#id = id;
  }

  /** Version as last read or written; undefined when there is none. */
  get version(): DocumentVersion | undefined {
    return this.#version;
  }

  async read(): Promise<T | undefined> {
    const { status, body } = await this.#connection.ask({ method: "GET", path: this.#path(), allowed: [404] });
    this.#version = undefined;
    if (status === 404) return undefined;
    const answer = JSON.parse(body.toString("utf8")) as { _seq_no: number; _primary_term: number; _source: T };
    this.#version = { seqNo: answer._seq_no, primaryTerm: answer._primary_term };
    return answer._source;
  }

  /** Throws Superseded unless the stored version is the one we know. */
  async write(value: T): Promise<void> {
    const known = this.#version;
    const query: Record<string, string> =
      known === undefined
        ? { op_type: "create" }
        : { if_seq_no: String(known.seqNo), if_primary_term: String(known.primaryTerm) };
    const request = { method: "PUT", path: this.#path(), query, body: value, allowed: [409] } as const;
    const { status, body } = await this.#connection.ask(request);
    if (status === 409) throw new Superseded(this.#id);
    const answer = JSON.parse(body.toString("utf8")) as { _seq_no: number; _primary_term: number };
    this.#version = { seqNo: answer._seq_no, primaryTerm: answer._primary_term };
  }

  #path(): string {
    return `/${assemblerIndex}/_doc/${encodeURIComponent(this.#id)}`;
  }
}
