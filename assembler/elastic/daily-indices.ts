import { targetIndex } from "./daily-index";
import type { ElasticConnection } from "./elastic-connection";
import { ElasticError } from "./elastic-error";

/** Longer than any request takes: after it nothing of an earlier writer is still under way. */
const settledMs = 90_000;

export interface WriteTarget {
  readonly index: string;
  /** Whether there are other indices of the alias, where a document may lie already. */
  readonly hasOthers: boolean;
}

/** The daily indices of one alias, for one who alone writes to them. */
export class DailyIndices {
  readonly #connection: ElasticConnection;
  readonly #alias: string;
  readonly #now: () => number;
  readonly #openedAt: number;
  #target: WriteTarget | undefined;

  /** `now`: milliseconds since 1970. */
  constructor(connection: ElasticConnection, alias: string, now: () => number = Date.now) {
    this.#connection = connection;
    this.#alias = alias;
    this.#now = now;
    this.#openedAt = now();
  }

  /** Where new documents go now; makes that index where it is missing. The same object until it changes. */
  async target(): Promise<WriteTarget> {
    const now = this.#now();
    const known = this.#target;
    const facts = { alias: this.#alias, now, isUnsettled: now - this.#openedAt < settledMs };
    if (known !== undefined && targetIndex({ ...facts, existing: [known.index] }) === known.index) return known;
    const existing = await indicesOf(this.#connection, this.#alias);
    const index = targetIndex({ ...facts, existing });
    if (!existing.includes(index)) await makeIndex(this.#connection, index);
    this.#target = { index, hasOthers: existing.some((name) => name !== index) };
    return this.#target;
  }
}

/** The indices behind an alias; an index of that very name is the only one. None when there is neither. */
export async function indicesOf(connection: ElasticConnection, alias: string): Promise<string[]> {
  const path = `/${encodeURIComponent(alias)}/_alias`;
  const { status, body } = await connection.ask({ method: "GET", path, allowed: [404] });
  return status === 404 ? [] : Object.keys(JSON.parse(body.toString("utf8")) as object).sort();
}

/** Makes an index as its template says; does nothing when there is one already. */
export async function makeIndex(connection: ElasticConnection, index: string, body?: object): Promise<void> {
  const path = `/${encodeURIComponent(index)}`;
  const request = { method: "PUT", path, allowed: [400], ...(body === undefined ? {} : { body }) } as const;
  const made = await connection.ask(request);
  if (made.status === 400 && !made.body.includes("resource_already_exists")) {
    const reason = made.body.toString("utf8", 0, 300);
    throw new ElasticError("failed", `Elasticsearch cannot make the index ${index}: ${reason}`);
  }
}
