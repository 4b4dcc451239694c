import { setTimeout as delay } from "node:timers/promises";
import type { SpanFlow } from "./span-flow";
import type { WorkloadSpan } from "./workload";

export interface SpanTarget {
  readonly url: string;
  readonly username: string;
  readonly password: string;
}

const batchSize = 500;
const writersAtOnce = 4;
const pauseMs = 200;
const answerWithinMs = 20_000;

/** Writes spans as patient agents do: each batch is sent again, under the same ids, until all of it is acknowledged. */
export class SpanWriter {
  readonly #target: SpanTarget;
  readonly #flow: SpanFlow;
  #acknowledged = 0;
  #retries = 0;
  #slowestMs = 0;

  constructor(target: SpanTarget, flow: SpanFlow) {
    this.#target = target;
    this.#flow = flow;
  }

  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** Requests that had to be sent again. */
  get retries(): number {
    return this.#retries;
  }

  /** Milliseconds from the first sending of a batch to its acknowledgement, at most. */
  get slowestMs(): number {
    return this.#slowestMs;
  }

  /** Writes the whole flow; resolves when each span is acknowledged, rejects when one never will be. */
  async run(): Promise<void> {
    await Promise.all(Array.from({ length: writersAtOnce }, () => this.#write()));
  }

  async #write(): Promise<void> {
    for (let batch = this.#flow.take(batchSize); batch !== undefined; batch = this.#flow.take(batchSize)) {
      if (batch.length === 0) {
        await delay(20);
        continue;
      }
      const begunAt = performance.now();
      while (!(await this.#send(batch))) {
        if (this.#flow.isClosed) return;
        this.#retries += 1;
        await delay(pauseMs);
      }
      this.#acknowledged += batch.length;
      this.#slowestMs = Math.max(this.#slowestMs, performance.now() - begunAt);
    }
  }

  /** Whether every span of the batch was acknowledged. Throws when one never will be. */
  async #send(batch: readonly WorkloadSpan[]): Promise<boolean> {
    const { url, username, password } = this.#target;
    const lines = batch.map(({ index, id, text }) => `{"index":{"_index":"${index}","_id":"${id}"}}\n${text}\n`);
    let answer: { items: { index: { status: number; error?: object } }[] };
    try {
      const response = await fetch(`${url}/_bulk?filter_path=items.*.status,items.*.error`, {
        method: "POST",
        body: lines.join(""),
        headers: {
          "content-type": "application/x-ndjson",
          authorization: `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`,
        },
        signal: AbortSignal.timeout(answerWithinMs),
      });
      if (!response.ok) return false;
      answer = (await response.json()) as typeof answer;
    } catch {
      return false;
    }
    const refused = answer.items.find(({ index }) => index.status === 400);
    if (refused !== undefined) throw new Error(`a span of the workload was refused: ${JSON.stringify(refused)}`);
    return answer.items.length === batch.length && answer.items.every(({ index }) => index.status < 300);
  }
}
