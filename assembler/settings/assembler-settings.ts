import { stringify } from "smol-toml";
import { z } from "zod";
import { covers, otlpSettingsSchema } from "../otlp/otlp-settings";
import { type CheckedTomlOptions, readCheckedToml } from "./checked-toml";
import { mapStrings } from "./map-strings";
import { retentionSettings } from "./retention-settings";
import { runModes } from "./run-modes";
import { serviceMetrics } from "./service-metrics-settings";

const milliseconds = (least: number, most: number) => z.int().min(least).max(most);

const url = z.url({ protocol: /^https?$/ }).describe("a URL that begins with http:// or https://");

const elastic = z.strictObject({
  /** One URL; http or https. */
  url,
  /** Further nodes of the same cluster, asked where that one does not answer. */
  other_urls: z.array(url).max(100).optional(),
  username: z.string().min(1).optional(),
  password: z.string().optional(),
  /** Instead of username and password. */
  api_key: z.string().min(1).optional(),
  /** PEM file of the authority that signed the server's certificate. */
  ca_file: z.string().min(1).optional(),
  /** Instead of ca_file: SHA-256 of that authority's certificate, as Elasticsearch prints it at its first start. */
  ca_fingerprint: z
    .string()
    .regex(/^[0-9A-Fa-f]{2}(:?[0-9A-Fa-f]{2}){31}$/)
    .describe("a SHA-256 in 64 hexadecimal digits, with or without colons")
    .optional(),
});

const reading = z.strictObject({
  /** Indices that hold spans; `spans_rejected` never counts as one. What stands before the `*` is cut from an index name to give its agent's. */
  index_pattern: z.string().min(1).default("spans_*"),
  /** From one look for spans to the next, unless there is more to read; it grows while nothing comes. */
  poll_interval_ms: milliseconds(10, 60_000).default(250),
  /** Spans a request asks one shard for. */
  page_size: z.int().min(1).max(10_000).default(5000),
});

const grouping = z.strictObject({
  /** A trace is written when no span of it came for so long. */
  quiet_period_ms: milliseconds(0, 600_000).default(2000),
  /** It is written at the latest so long after its first span, and again when more come. */
  max_wait_ms: milliseconds(0, 3_600_000).default(30_000),
  /** How long a written trace stays in memory, where a late span finds it. */
  recent_ms: milliseconds(0, 3_600_000).default(30_000),
  /** Spans held in memory, of open and recent traces; beyond it traces leave early. About 550 bytes each, and the text of its document. */
  max_open_spans: z.int().min(100).max(20_000_000).default(250_000),
  /** Spans that may carry one trace id; of more, the first in order of their ids are the trace, and the others are rejected. */
  max_trace_spans: z.int().min(100).max(1_000_000).default(60_000),
});

const headerNames = z
  .array(
    z
      .string()
      .regex(/^[A-Za-z0-9_-]{1,64}$/)
      .describe("the name of a header"),
  )
  .max(8)
  .default(["traceparent", "x-request-id"]);

/** How right links are is measured where headers say which request a call was made for. */
const accuracy = z.strictObject({
  /** Whether it is measured. */
  enabled: z.boolean().default(true),
  /** Headers that may say it, besides those of `request_id_headers`: to measure by one is not to link by it. */
  headers: headerNames,
  /** Of one processor's time, what it may take at most. */
  processor_percent: z.number().min(0.01).max(50).default(1),
  /** Precision, recall and calibration are those of so long. */
  window_ms: milliseconds(1000, 86_400_000).default(3_600_000),
});

const correlation = z.strictObject({
  /**
   * Headers whose value a service passes on from the request it serves to the calls it makes for it; equal values tell
   * concurrent requests apart. `traceparent` stands for the trace id in it. None: [].
   */
  request_id_headers: headerNames,
  /** A parent found with less confidence is marked as doubtful. */
  least_confidence: z.number().min(0).max(1).default(0.5),
  accuracy: accuracy.prefault({}),
});

const fleet = z.strictObject({
  /** Whether to look at every agent again and again: `agent_status`, metrics, and a line in the log when one changes. */
  watch: z.boolean().default(true),
  /** Pause between two looks. */
  period_ms: milliseconds(100, 3_600_000).default(15_000),
  /** An agent without a new span for so long is silent. */
  silent_after_ms: milliseconds(100, 86_400_000).default(40_000),
  /** The assembler is behind with an agent when documents of it wait for so long. */
  lagging_after_ms: milliseconds(100, 86_400_000).default(30_000),
  /** An agent is rejecting when of its documents of the last minute this share is rejected. */
  rejecting_percent: z.int().min(1).max(100).default(10),
  /** How long an agent's API may take to answer. */
  api_timeout_ms: milliseconds(50, 60_000).default(2000),
});

const http = z.strictObject({
  /** Where `/health/live`, `/health/ready` and `/metrics` answer. */
  address: z.string().min(1).default("127.0.0.1"),
  /** 0 takes any free port; the log says which. */
  port: z.int().min(0).max(65_535).default(7900),
  /** Requests to `/api/` must carry it (`Authorization: Bearer …`). Without it they are taken on loopback addresses only. */
  api_token: z.string().min(16).describe("a text of 16 characters or more").optional(),
});

const log = z.strictObject({
  level: z.enum(["trace", "debug", "info", "warn", "error", "fatal"]).default("info"),
});

/** The assembler's whole configuration file: field, unit (in the name), allowed range and default. */
export const assemblerSettingsSchema = z
  .strictObject({
    /** Assemblers of one name share cursors and a lease: one of them works, others stand by. */
    name: z
      .string()
      .regex(/^[A-Za-z0-9_.-]{1,64}$/)
      .describe("1 to 64 letters, digits, `_`, `.` or `-`")
      .default("default"),
    /** What it does while it holds the lease. */
    mode: z.enum(runModes).default("automatic"),
    elastic,
    reading: reading.prefault({}),
    grouping: grouping.prefault({}),
    correlation: correlation.prefault({}),
    fleet: fleet.prefault({}),
    service_metrics: serviceMetrics.prefault({}),
    retention: retentionSettings.prefault({}),
    http: http.prefault({}),
    otlp: otlpSettingsSchema.prefault({}),
    log: log.prefault({}),
  })
  .check(({ value, issues }) => {
    const { otlp, reading } = value;
    if (otlp.ingest !== undefined && !covers(reading.index_pattern, otlp.ingest.index)) {
      const message = `an index that reading.index_pattern (${reading.index_pattern}) covers, or its spans are never read`;
      issues.push({ code: "custom", input: value, path: ["otlp", "ingest", "index"], message });
    }
    for (const [field, message] of clashes(value.elastic)) {
      issues.push({ code: "custom", input: value, path: ["elastic", field], message });
    }
  });

/** Fields of `[elastic]` that do not go together, each with what would. */
function clashes(elastic: ElasticSettings): [field: keyof ElasticSettings, message: string][] {
  const { username, password, api_key, ca_file, ca_fingerprint } = elastic;
  const found: [keyof ElasticSettings, string][] = [];
  if (api_key !== undefined && username !== undefined)
    found.push(["api_key", "either api_key, or username and password"]);
  if ((username === undefined) !== (password === undefined))
    found.push([username === undefined ? "username" : "password", "username and password, or neither"]);
  if (ca_file !== undefined && ca_fingerprint !== undefined)
    found.push(["ca_fingerprint", "either ca_file or ca_fingerprint"]);
  const authority = ca_file !== undefined ? "ca_file" : ca_fingerprint !== undefined ? "ca_fingerprint" : undefined;
  const isClear = [elastic.url, ...(elastic.other_urls ?? [])].some((one) => one.startsWith("http:"));
  if (authority !== undefined && isClear) found.push([authority, "none where a url begins with http://"]);
  return found;
}

type ElasticSettings = z.output<typeof elastic>;
export type AssemblerSettings = z.output<typeof assemblerSettingsSchema>;
/** The same before defaults: what a file may leave out is optional. */
export type AssemblerSettingsInput = z.input<typeof assemblerSettingsSchema>;

/** Reads the configuration text. Throws FaultsError with all faults, each with file, line, field, got and allowed. */
export function readAssemblerSettings(
  file: string,
  text: string,
  environment: CheckedTomlOptions["environment"] = {},
): AssemblerSettings {
  return readCheckedToml<AssemblerSettings>(file, text, assemblerSettingsSchema, { environment });
}

/**
 * Text of a configuration file with these settings, defaults written out; strings are meant as they stand: a password
 * that holds `${` is no reference to a variable. Throws ZodError when they are not allowed.
 */
export function renderAssemblerToml(settings: AssemblerSettingsInput): string {
  const checked = assemblerSettingsSchema.parse(settings);
  return stringify(mapStrings(checked, (text) => text.replaceAll("${", () => "$${")));
}
