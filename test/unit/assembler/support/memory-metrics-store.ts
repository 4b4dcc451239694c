import { RawText } from "../../../../assembler/json/raw-text";
import type {
  MetricsStore,
  MetricWrite,
  StoredDirt,
  StoredMetric,
} from "../../../../assembler/service-metrics/metrics-store";
import type { WriteOutcome } from "../../../../assembler/store";
import type { Minute } from "../../../../assembler/trace/minute";
import { documentMinutes } from "../../../../assembler/trace/trace-document";
import type { MemoryStore } from "./memory-store";

const pageSize = 2;

/** Metrics beside a memory store's traces. Searches see what was there when it was last made readable, no more. */
export class MemoryMetricsStore implements MetricsStore {
  readonly metrics = new Map<string, StoredMetric & { readonly minute: Minute }>();
  dirt: StoredDirt | undefined;
  /** Minutes before it are not to be counted. */
  frozen: Minute = 0;
  #traces: { minutes: Minute[]; document: RawText }[] = [];
  #readable: (StoredMetric & { readonly minute: Minute })[] = [];
  #lastWrite = 0;

  constructor(readonly store: MemoryStore) {}

  /** Text of each document, in order. */
  texts(): string[] {
    return [...this.metrics.values()].map(({ source }) => source.toString()).sort();
  }

  async loadDirt(): Promise<StoredDirt | undefined> {
    await this.#operate();
    return this.dirt;
  }

  async commitDirt(dirt: StoredDirt): Promise<void> {
    await this.#operate();
    this.dirt = dirt;
    await this.#operate();
  }

  async frozenBefore(): Promise<Minute> {
    return this.frozen;
  }

  async makeReadable(): Promise<void> {
    await this.#operate();
    this.#readable = [...this.metrics.values()];
    this.#traces = [...this.store.rows.values()].map(({ text }) => {
      const document = RawText.from(text);
      return { minutes: documentMinutes(document), document };
    });
  }

  async minutesAfter(after: Minute): Promise<Minute[]> {
    await this.#operate();
    const all = [...this.#traces.flatMap(({ minutes }) => minutes), ...this.#readable.map(({ minute }) => minute)];
    const further = [...new Set(all)].filter((minute) => minute > after);
    return further.sort((left, right) => left - right).slice(0, pageSize);
  }

  async *tracesOf(minute: Minute): AsyncGenerator<RawText[]> {
    const found = this.#traces.filter(({ minutes }) => minutes.includes(minute));
    for (let place = 0; place < found.length; place += pageSize) {
      await this.#operate();
      yield found.slice(place, place + pageSize).map(({ document }) => document);
    }
  }

  async metricsOf(minute: Minute): Promise<StoredMetric[]> {
    await this.#operate();
    return this.#readable.filter((metric) => metric.minute === minute);
  }

  async write(writes: readonly MetricWrite[]): Promise<WriteOutcome[]> {
    const outcomes: WriteOutcome[] = [];
    for (const { kind, id, text, expected } of writes) {
      await this.#operate();
      const known = this.metrics.get(id);
      if (known?.version.seqNo !== expected?.seqNo) {
        outcomes.push({ kind: "conflict" });
        continue;
      }
      this.#lastWrite += 1;
      const version = { index: "metrics", seqNo: this.#lastWrite, primaryTerm: 1 };
      if (text === undefined) this.metrics.delete(id);
      else {
        const { minute } = JSON.parse(text) as { minute: Minute };
        this.metrics.set(id, { kind, id, version, source: RawText.from(text), minute });
      }
      outcomes.push({ kind: "written", version });
    }
    return outcomes;
  }

  async #operate(): Promise<void> {
    this.store.operation();
    // An answer takes a while; others go on meanwhile.
    for (let steps = 0; steps < 5; steps += 1) await Promise.resolve();
  }
}
