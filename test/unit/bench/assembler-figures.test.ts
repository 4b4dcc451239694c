import assert from "node:assert/strict";
import { test } from "node:test";
import { RawText } from "../../../assembler/json/raw-text";
import { decodeSpan, isFault } from "../../../assembler/span/decode-span";
import type { Report } from "../../../bench/assembler/contender";
import { figuresOf, growthExponent, percentile } from "../../../bench/assembler/figures";
import { spanStream } from "../../../bench/assembler/span-stream";

function report(spans: number, seconds: number): Report {
  return { spans, seconds, processorSeconds: seconds / 2, peakRssMb: 500 };
}

test("the ratio is the median of the rounds, the core's figure its best, and growth the slope of the logarithms", () => {
  const figures = figuresOf({
    core: [report(1000, 2), report(1000, 1)],
    coreWithoutIds: [report(1000, 4)],
    rounds: [
      { copy: report(0, 9), assembly: report(0, 7) },
      { copy: report(0, 6), assembly: report(0, 30) },
      { copy: report(0, 5), assembly: report(0, 8) },
    ],
    raceSpans: 24,
    growth: [
      { spans: 10, seconds: 1 },
      { spans: 100, seconds: 10 },
    ],
    holdOpen: report(0, 0),
    freshness: [1, 2, 3],
  });
  assert.deepEqual(figures, {
    copy_ratio: 0.625,
    growth_exponent: 1,
    rss_mb_500k_open: 500,
    core_spans_per_second: 1000,
    freshness_p99_seconds: 3,
    freshness_p50_seconds: 2,
    core_spans_per_processor_second: 2000,
    core_spans_per_second_without_ids: 250,
    copy_spans_per_second: 4,
    assembler_spans_per_second: 3,
  });
  assert.ok(Math.abs(growthExponent([10, 100, 1000].map((spans) => ({ spans, seconds: spans ** 2 }))) - 2) < 1e-9);
  assert.equal(percentile([5, 1, 4, 2, 3], 0.6), 3);
});

test("the stream has ten usable spans of some 700 bytes a trace, no two in one place, shuffled", () => {
  for (const withIds of [true, false]) {
    const documents = [...spanStream(2000, withIds)];
    assert.equal(new Set(documents.map(({ id }) => id)).size, 20_000);
    const bytes = documents.reduce((sum, { text }) => sum + text.length, 0) / documents.length;
    assert.ok(bytes > 650 && bytes < 750, String(bytes));
    const spans = documents.map(({ id, text }) => decodeSpan(RawText.from(text), "bench", id));
    const traces = new Map<string, number>();
    for (const span of spans) {
      if (isFault(span)) assert.fail(span.reason);
      traces.set(span.traceId, (traces.get(span.traceId) ?? 0) + 1);
    }
    assert.deepEqual([...new Set(traces.values())], withIds ? [10] : [20_000]);
    const starts = spans.map((span) => (isFault(span) ? 0n : span.start));
    assert.ok(starts.some((start, place) => place > 0 && start < (starts[place - 1] as bigint)));
  }
});
