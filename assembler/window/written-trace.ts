import { type Link, sameLink } from "../correlate/link";
import type { Span } from "../span/span";
import type { Trace } from "../trace/trace";
import type { TraceHistory } from "../trace/trace-history";

const noLinks: readonly undefined[] = [];

/**
 * What a trace's document was made of, as far as it can change. Whether it would come out otherwise now is told by what
 * went into it: its text need not be kept or hashed for that.
 */
export class WrittenTrace {
  readonly spans: readonly Span[];
  /** None where no span has one. */
  readonly #links: readonly (Link | undefined)[];
  readonly #warnings: readonly string[];

  constructor(
    trace: Trace,
    readonly history: TraceHistory,
  ) {
    this.spans = trace.spans.map(({ span }) => span);
    this.#links = trace.spans.some(({ link }) => link !== undefined) ? trace.spans.map(({ link }) => link) : noLinks;
    this.#warnings = trace.warnings;
  }

  /** Whether the trace would be written just as it was: all else in it follows from these, and their order too. */
  isSameAs({ spans, warnings }: Trace): boolean {
    return (
      spans.length === this.spans.length &&
      warnings.length === this.#warnings.length &&
      spans.every(({ span, link }, place) => span === this.spans[place] && sameLink(link, this.#links[place])) &&
      warnings.every((warning, place) => warning === this.#warnings[place])
    );
  }
}
