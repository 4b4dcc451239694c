/** A span document: its span id ("" when it has none), where it lies, and whether the cursors have yet to pass it. */
export interface CountedDocument {
  readonly spanId: string;
  /** `index/id`. */
  readonly place: string;
  readonly isAhead: boolean;
}

/** Where every span document went. */
export interface SpanCount {
  /** Span documents, and different spans in them: one indexed twice is one span. */
  readonly documents: number;
  readonly spans: number;
  readonly traces: number;
  readonly spans_in_traces: number;
  /** Documents in spans_rejected whose span is in no trace. */
  readonly rejected: number;
  /** Neither in a trace nor rejected, but the assembler has them still ahead. */
  readonly pending: number;
  /** Neither, and behind the cursors: this must be 0. */
  readonly lost: number;
  readonly lost_first: readonly string[];
  /** In more than one trace: this must be 0. */
  readonly duplicated: number;
  readonly duplicated_first: readonly string[];
  /** In traces, though their documents are gone from the source. */
  readonly without_source: number;
}

const mostNamed = 20;

/** Recounts source against result. Order does not matter, except that all traces and rejections come first. */
export class SpanCounter {
  readonly #inTraces = new Map<string, string>();
  readonly #duplicated = new Map<string, string>();
  readonly #rejected = new Set<string>();
  readonly #seen = new Set<string>();
  readonly #lost: string[] = [];
  #traces = 0;
  #documents = 0;
  #withoutId = 0;
  #rejectedCount = 0;
  #pending = 0;

  addTrace(traceId: string, spanIds: readonly string[]): void {
    this.#traces += 1;
    for (const spanId of spanIds) {
      const other = this.#inTraces.get(spanId);
      if (other === undefined) this.#inTraces.set(spanId, traceId);
      else this.#duplicated.set(spanId, `${spanId} in ${other} and ${traceId}`);
    }
  }

  addRejection(place: string): void {
    this.#rejected.add(place);
  }

  addDocument({ spanId, place, isAhead }: CountedDocument): void {
    this.#documents += 1;
    if (spanId !== "") {
      if (this.#seen.has(spanId)) return;
      this.#seen.add(spanId);
      if (this.#inTraces.has(spanId)) return;
    } else this.#withoutId += 1;
    if (this.#rejected.has(place)) this.#rejectedCount += 1;
    else if (isAhead) this.#pending += 1;
    else this.#lost.push(spanId === "" ? place : `${spanId} (${place})`);
  }

  result(): SpanCount {
    let found = 0;
    for (const spanId of this.#seen) if (this.#inTraces.has(spanId)) found += 1;
    return {
      documents: this.#documents,
      spans: this.#seen.size + this.#withoutId,
      traces: this.#traces,
      spans_in_traces: found,
      rejected: this.#rejectedCount,
      pending: this.#pending,
      lost: this.#lost.length,
      lost_first: this.#lost.slice(0, mostNamed),
      duplicated: this.#duplicated.size,
      duplicated_first: [...this.#duplicated.values()].slice(0, mostNamed),
      without_source: this.#inTraces.size - found,
    };
  }
}
