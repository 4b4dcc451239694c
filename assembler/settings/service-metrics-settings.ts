import { z } from "zod";

/** `[service_metrics]`: what is counted of services and their calls, minute by minute. */
export const serviceMetrics = z.strictObject({
  /** Whether `service_metrics` and `call_graph` are kept. */
  enabled: z.boolean().default(true),
  /** A minute is counted when no trace of it was written for so long, */
  rest_ms: z.int().min(0).max(3_600_000).default(5_000),
  /** and at the latest so long after the first one that is not counted yet. */
  max_wait_ms: z.int().min(0).max(3_600_000).default(60_000),
  /** Endpoints and callees of a service, and endpoints of a callee, with lines of their own; the rest is `other`. */
  most_names: z.int().min(1).max(10_000).default(200),
});
