import { z } from "zod";

const days = z.int().min(0).max(3650);

/** `[retention]`: how long what is stored stays; 0 days = for ever. */
export const retentionSettings = z
  .strictObject({
    /** Whether anything is rolled over and deleted at all. `deeptrace-assembler retention` says what would be done. */
    enabled: z.boolean().default(false),
    /** Pause between two rounds. */
    period_ms: z.int().min(100).max(86_400_000).default(600_000),
    /** Of daily indices, from the end of their day. */
    traces_days: days.default(30),
    /** Of `service_metrics` and `call_graph`, from the minute that they are of. */
    metrics_days: days.default(90),
    /** Of `spans_rejected`. */
    rejected_days: days.default(30),
    /** Of indices of spans, from their last document, and only once all of it is in traces. */
    spans_days: days.default(7),
    /** Whether agents that are entered before they write get an alias instead of an index, which can be rolled over. */
    roll_over: z.boolean().default(true),
    roll_over_hours: z.int().min(1).max(8760).default(24),
    /** Size of one shard, */
    roll_over_gb: z.int().min(1).max(200).default(20),
    /** and its documents; it cannot hold more than two thousand million. */
    roll_over_documents: z.int().min(1).max(2_000_000_000).default(200_000_000),
  })
  .check(({ value, issues }) => {
    for (const field of ["traces_days", "rejected_days"] as const) {
      if (value[field] === 0 || (value.spans_days !== 0 && value.spans_days <= value[field])) continue;
      const message = `at most ${field} (${value[field]}): a span that outlives what became of it looks lost`;
      issues.push({ code: "custom", input: value, path: ["spans_days"], message });
    }
  });

export type RetentionSettings = z.output<typeof retentionSettings>;
