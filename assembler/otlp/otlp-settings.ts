import { z } from "zod";

/** Sends every trace to an OpenTelemetry backend; left out, none is sent. */
export const otlpExportSchema = z.strictObject({
  /** Where OTLP/HTTP is taken; without a path, `/v1/traces`. */
  endpoint: z.url({ protocol: /^https?$/ }).describe("a URL that begins with http:// or https://"),
  encoding: z.enum(["protobuf", "json"]).default("protobuf"),
  compression: z.enum(["gzip", "none"]).default("gzip"),
  /** Sent with each request; what they say is secret. */
  headers: z
    .record(
      z.string().regex(/^[A-Za-z0-9-]{1,64}$/),
      z
        .string()
        .regex(/^[\x20-\x7e]*$/)
        .describe("a text"),
    )
    .default({}),
  /** PEM file of the authority that signed the backend's certificate. */
  ca_file: z.string().min(1).optional(),
  /** For the whole of a request and its answer. */
  timeout_ms: z.int().min(100).max(300_000).default(10_000),
  /** Spans of one request. */
  max_batch_spans: z.int().min(1).max(100_000).default(1000),
  /** Pause between looks when there was nothing more to send. */
  poll_interval_ms: z.int().min(10).max(60_000).default(1000),
});

export type OtlpExportSettings = z.output<typeof otlpExportSchema>;

/** Takes OpenTelemetry spans at `/v1/traces` of the HTTP server; left out, none are taken. */
export const otlpIngestSchema = z.strictObject({
  /** Where they are stored; `reading.index_pattern` has to cover it. */
  index: z
    .string()
    .regex(/^spans_(?!rejected$)[a-z0-9_.-]{1,200}$/)
    .describe("a name that begins with spans_, in small letters")
    .default("spans_otlp"),
  /** Of one request, before and after unpacking. */
  max_body_bytes: z.int().min(1024).max(100_000_000).default(8_000_000),
  /** What clients must send as `Authorization: Bearer ...`; left out, anyone may send. */
  token: z.string().min(8).optional(),
});

export type OtlpIngestSettings = z.output<typeof otlpIngestSchema>;

export const otlpSettingsSchema = z.strictObject({
  export: otlpExportSchema.optional(),
  ingest: otlpIngestSchema.optional(),
});

export type OtlpSettings = z.output<typeof otlpSettingsSchema>;

/** Whether a pattern of index names (`spans_*`, parts by comma, `-` takes away) covers one. */
export function covers(pattern: string, index: string): boolean {
  let isCovered = false;
  for (const part of pattern.split(",")) {
    const takesAway = part.startsWith("-");
    const text = takesAway ? part.slice(1) : part;
    const expression = new RegExp(`^${text.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*")}$`);
    if (expression.test(index)) isCovered = !takesAway;
  }
  return isCovered;
}
