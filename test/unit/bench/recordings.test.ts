import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { maskIdentifiers, readMessageFile } from "../../../bench/workloads/message-file";
import { readRecording, recordingFiles } from "../../../bench/workloads/recordings";
import { readSpanFile } from "../../../bench/workloads/span-file";

/** Nanoseconds since 1970, where numbers of JavaScript are no longer exact. */
const epoch = 1_655_763_490_885_454_001n;

function spanLine(trace: string, id: string, parent: string | null, more: Record<string, unknown> = {}): string {
  const { start = 0, end = 10, ...rest } = more as { start?: number; end?: number };
  const line = { trace_id: trace, span_id: id, parent_id: parent, service: "web", operation: "GET /", kind: "server" };
  const times = `"start_time":${epoch + BigInt(start)},"end_time":${epoch + BigInt(end)}`;
  return JSON.stringify({ ...line, ...rest }).replace(/\}$/, `,${times}}`);
}

test("a client span is a call of the request in whose course its service made it", () => {
  const { processes, spans } = readSpanFile(
    [
      spanLine("t1", "1", null, { end: 100 }),
      spanLine("t1", "2", "1", { kind: "client", operation: "users", start: 10, end: 20 }),
      spanLine("t1", "3", "2", { service: "users", start: 12, end: 18 }),
    ].join("\n"),
    "w-10",
  );
  assert.equal(spans, 3);
  assert.deepEqual(
    processes.map(({ name }) => name),
    ["web"],
  );
  const [{ traffic, truth }] = processes as [(typeof processes)[number]];
  const [request] = traffic.requests;
  const [call] = traffic.calls;
  assert.deepEqual([request?.start, request?.end, request?.key], [0, 100, "GET /"]);
  assert.deepEqual([call?.start, call?.end, call?.key], [10, 20, "users"]);
  assert.deepEqual(truth, { requestOf: [0], traceOf: ["t1"] });
});

test("where only the callee was recorded, its span is the caller's call", () => {
  const lines = [
    spanLine("t1", "1", null, { end: 100 }),
    spanLine("t1", "2", "1", { service: "users", start: 12, end: 18 }),
  ];
  const { processes } = readSpanFile(lines.join("\n"), "w");
  const [web] = processes;
  assert.deepEqual(
    web?.traffic.calls.map(({ start, end, key }) => [start, end, key]),
    [[12, 18, "users GET /"]],
  );
  assert.deepEqual(web?.truth.requestOf, [0]);
});

test("a span inside a service belongs to its topmost request", () => {
  const lines = [
    spanLine("t1", "1", null, { end: 100, kind: null }),
    spanLine("t1", "2", "1", { start: 1, end: 99, kind: null, operation: "inner" }),
    spanLine("t1", "3", "2", { start: 5, end: 9, kind: null, operation: "store", service: "store" }),
  ];
  const [web] = readSpanFile(lines.join("\n"), "w").processes;
  assert.deepEqual(
    web?.traffic.requests.map(({ key }) => key),
    ["GET /"],
  );
  assert.deepEqual(web?.truth.requestOf, [0, 0]);
});

test("span ids count only within their trace", () => {
  const lines = ["t1", "t2"].flatMap((trace, place) => [
    spanLine(trace, "1", null, { start: place * 50, end: place * 50 + 100 }),
    spanLine(trace, "2", "1", { kind: "client", start: 60 + place, end: 70 }),
  ]);
  const [web] = readSpanFile(lines.join("\n"), "w").processes;
  assert.deepEqual(web?.truth, { requestOf: [0, 1], traceOf: ["t1", "t2"] });
});

test("what algorithms see names neither trace nor parent", () => {
  const lines = [spanLine("t1", "1", null), spanLine("t1", "2", "1", { kind: "client", start: 2, end: 3 })];
  const [web] = readSpanFile(lines.join("\n"), "w").processes;
  const fields = ["end", "id", "identifiers", "key", "start", "thread"];
  for (const exchange of [...(web?.traffic.requests ?? []), ...(web?.traffic.calls ?? [])])
    assert.deepEqual(Object.keys(exchange).sort(), fields);
});

test("threads and identifiers are seen where they were recorded", () => {
  const request = String.raw`"GET /cart-1d0fddb4 HTTP/1.1\r\n"`;
  const lines = [
    spanLine("t1", "1", null, { thread: 7, request }),
    spanLine("t1", "2", "1", { kind: "client", start: 2, end: 3 }),
  ];
  const [web] = readSpanFile(lines.join("\n"), "w").processes;
  const seen = [...(web?.traffic.requests ?? []), ...(web?.traffic.calls ?? [])];
  assert.deepEqual(
    seen.map(({ thread, identifiers }) => [thread, identifiers]),
    [
      [7, ["cart-1d0fddb4"]],
      [0, []],
    ],
  );
});

test("a line that is no span is told by its number", () => {
  assert.throws(() => readSpanFile(`${spanLine("t1", "1", null)}\n{"trace_id":"t1"}`, "w"), /^Error: Line 2 .*span_id/);
});

const first = "4dae3ec3-9efd-4777-9703-aade14d42dc2";
const second = "1b34203f-40c9-4ac9-92c9-eb3533e7ba75";

function message(id: string, direction: "Ingress" | "Egress", start: number, end: number, header = "X-Request-Id") {
  const side = { tgid: 7, direction, quintuple: { dst_addr: 1, dst_port: direction === "Egress" ? 80 : 5000 } };
  const req = { ...side, pid: start, timestamp_ns: start, payload: `GET /a?n=17 HTTP/1.1\r\n${header}: ${id}\r\n\r\n` };
  const resp = { ...side, pid: end, timestamp_ns: end, payload: `HTTP/1.1 200 OK\r\n\r\n{"request_id":"${id}"}` };
  return { req: { ...req, protocol: "HTTP1" }, resp: { ...resp, protocol: "HTTP1" } };
}

function messageFile(): string {
  const resolution = message("x", "Egress", 2, 3, "Host");
  const spans = [
    message(first, "Ingress", 1, 100, "X-Request-ID"),
    message(second, "Ingress", 2, 90, "X-Request-ID"),
    resolution,
    message(second, "Egress", 10, 20),
    message(first, "Egress", 11, 21),
  ];
  return JSON.stringify({ spans });
}

test("messages are joined by their request header, those without it left out", () => {
  const { processes, spans } = readMessageFile(messageFile(), "rps100", false);
  assert.equal(spans, 4);
  assert.deepEqual(processes[0]?.truth, { requestOf: [1, 0], traceOf: [second, first] });
  const [call] = processes[0]?.traffic.calls ?? [];
  assert.deepEqual([call?.thread, call?.endThread, call?.key], [10, 20, "1:80 GET /a?n=17"]);
  assert.ok(call?.identifiers.includes(second));
});

test("masked messages keep times and truth and hold nothing that tells requests apart", () => {
  const { name, processes } = readMessageFile(messageFile(), "rps100", true);
  assert.equal(name, "rps100-masked");
  assert.deepEqual(processes[0]?.truth.requestOf, [1, 0]);
  const identifiers = processes[0]?.traffic.calls.map((call) => call.identifiers);
  assert.deepEqual(identifiers?.[0], identifiers?.[1]);
});

test("masking makes every UUID and every digit the same", () => {
  assert.equal(maskIdentifiers(`GET /item/17 ${first} 2025`), "GET /item/00 <uuid> 0000");
});

test("a recording may be packed, and a fault in it names the file", () => {
  const folder = mkdtempSync(join(tmpdir(), "recordings-"));
  try {
    const packed = join(folder, "shop-50.ndjson.gz");
    const lines = [spanLine("t1", "1", null), spanLine("t1", "2", "1", { kind: "client", start: 2, end: 3 })];
    writeFileSync(packed, gzipSync(lines.join("\n")));
    assert.deepEqual(
      readRecording(packed).map(({ name, family }) => [name, family]),
      [["shop-50", "shop"]],
    );
    const messages = join(folder, "rps100-spans.json");
    writeFileSync(messages, messageFile());
    assert.deepEqual(
      readRecording(messages).map(({ name }) => name),
      ["rps100", "rps100-masked"],
    );
    const broken = join(folder, "broken.ndjson");
    writeFileSync(broken, "no span\n");
    assert.throws(() => readRecording(broken), /broken\.ndjson is no recording .*Line 1/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("without the folder of recordings there are those of the demo", (context) => {
  const said = context.mock.method(console, "log", () => {});
  const before = process.env.DEEPTRACE_RECORDINGS;
  process.env.DEEPTRACE_RECORDINGS = join(tmpdir(), "no-such-folder");
  try {
    const names = recordingFiles().map((file) => basename(file));
    assert.deepEqual(names, ["demo-c1.ndjson.gz", "demo-c8.ndjson.gz"]);
    assert.match(String(said.mock.calls[0]?.arguments[0]), /no-such-folder does not exist; DEEPTRACE_RECORDINGS/);
  } finally {
    if (before === undefined) delete process.env.DEEPTRACE_RECORDINGS;
    else process.env.DEEPTRACE_RECORDINGS = before;
  }
});
