import assert from "node:assert/strict";
import { test } from "node:test";
import { readAssemblerSettings, renderAssemblerToml } from "../../../assembler/settings/assembler-settings";

const least = '[elastic]\nurl = "http://127.0.0.1:9200"\n';

test("a file with nothing but the URL has all defaults", () => {
  assert.deepEqual(readAssemblerSettings("assembler.toml", least), {
    name: "default",
    mode: "automatic",
    elastic: { url: "http://127.0.0.1:9200" },
    reading: { index_pattern: "spans_*", poll_interval_ms: 250, page_size: 5000 },
    grouping: {
      quiet_period_ms: 2000,
      max_wait_ms: 30_000,
      recent_ms: 30_000,
      max_open_spans: 250_000,
      max_trace_spans: 60_000,
    },
    correlation: {
      request_id_headers: ["traceparent", "x-request-id"],
      least_confidence: 0.5,
      accuracy: {
        enabled: true,
        headers: ["traceparent", "x-request-id"],
        processor_percent: 1,
        window_ms: 3_600_000,
      },
    },
    fleet: {
      watch: true,
      period_ms: 15_000,
      silent_after_ms: 40_000,
      lagging_after_ms: 30_000,
      rejecting_percent: 10,
      api_timeout_ms: 2000,
    },
    service_metrics: { enabled: true, rest_ms: 5000, max_wait_ms: 60_000, most_names: 200 },
    retention: {
      enabled: false,
      period_ms: 600_000,
      traces_days: 30,
      metrics_days: 90,
      rejected_days: 30,
      spans_days: 7,
      roll_over: true,
      roll_over_hours: 24,
      roll_over_gb: 20,
      roll_over_documents: 200_000_000,
    },
    http: { address: "127.0.0.1", port: 7900 },
    otlp: {},
    log: { level: "info" },
  });
});

test("what is rendered reads back as it was, whatever the password holds", () => {
  const password = ['a"b\\', "{HOME}$", "{x}\n"].join("$");
  const elastic = { url: "https://es:9200", username: "elastic", password };
  const text = renderAssemblerToml({ elastic, grouping: { quiet_period_ms: 100 } });
  const settings = readAssemblerSettings("assembler.toml", text, { HOME: "/root" });
  assert.deepEqual(settings.elastic, elastic);
  assert.equal(settings.grouping.quiet_period_ms, 100);
});

const faults: [what: string, text: string, message: RegExp][] = [
  ["no server", "", /^assembler\.toml:1: elastic: got nothing; allowed: a table$/],
  [
    "a URL of another kind",
    '[elastic]\nurl = "ftp://x"\n',
    /^assembler\.toml:2: elastic\.url: got "ftp:\/\/x"; allowed: a URL/,
  ],
  [
    "a user without password",
    `${least}username = "u"\n`,
    /elastic\.password: got nothing; allowed: username and password/,
  ],
  [
    "two ways to log in",
    `${least}username = "u"\npassword = "p"\napi_key = "k"\n`,
    /elastic\.api_key: .*either api_key/,
  ],
  [
    "two ways to know the authority",
    `[elastic]\nurl = "https://x"\nca_file = "f"\nca_fingerprint = "${"AB:".repeat(31)}AB"\n`,
    /elastic\.ca_fingerprint: .*either ca_file or ca_fingerprint/,
  ],
  ["an authority without TLS", `${least}ca_file = "f"\n`, /elastic\.ca_file: .*none where a url begins with http:/],
  ["a fingerprint that is none", `${least}ca_fingerprint = "AB"\n`, /allowed: a SHA-256 in 64 hexadecimal digits/],
  ["a mode that is none", `mode = "manuel"\n${least}`, /mode: got "manuel"; .*did you mean "manual"\?/],
  ["an unknown key", `${least}[grouping]\nquiet_ms = 1\n`, /assembler\.toml:4: grouping\.quiet_ms: got an unknown key/],
  [
    "a value out of range",
    `${least}[reading]\npage_size = 0\n`,
    /reading\.page_size: got 0; allowed: a whole number from 1 to 10000/,
  ],
];

for (const [what, text, message] of faults) {
  test(`${what} is told with its place and what is allowed`, () => {
    assert.throws(() => readAssemblerSettings("assembler.toml", text), { message });
  });
}

test("no message holds a secret", () => {
  const text = `${least}password = "hush-hush"\napi_key = "quiet-now"\npage = "x"\n`;
  assert.throws(
    () => readAssemblerSettings("assembler.toml", text),
    (error: Error) => !error.message.includes("hush-hush") && !error.message.includes("quiet-now"),
  );
});
