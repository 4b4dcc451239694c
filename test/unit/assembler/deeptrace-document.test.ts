import assert from "node:assert/strict";
import { test } from "node:test";
import { correlateAll } from "../../../assembler/correlate/correlator";
import { ByteWriter } from "../../../assembler/json/byte-writer";
import { RawText } from "../../../assembler/json/raw-text";
import { decodeSpan, isFault } from "../../../assembler/span/decode-span";
import type { Span } from "../../../assembler/span/span";
import { assembleTrace } from "../../../assembler/trace/assemble-trace";
import { readTraceSpans, writeTraceDocument } from "../../../assembler/trace/trace-document";
import { deeptraceDocument } from "./support/deeptrace-document";
import { mixedRequest } from "./support/mixed-request";
import { type SpanSketch, spanOf } from "./support/span-text";

const bootedAt = 520_522_930_241_342n;

function decode(text: string, agent = "a1", documentId = "ZBh3y5oBm0"): Span {
  const span = decodeSpan(RawText.from(text), agent, documentId);
  if (isFault(span)) assert.fail(span.reason);
  return span;
}

const call: SpanSketch = {
  id: "",
  direction: "Egress",
  process: 7,
  thread: 8,
  component: "cart",
  endpoint: "",
  from: "10.0.0.1:4000",
  to: "192.168.255.2:80",
  start: 5,
  end: 9,
};

test("a document of DeepTrace's agent is a span: known by its agent and _id, addresses as text, its own end first", () => {
  const { raw, ...span } = decode(deeptraceDocument(call, bootedAt));
  const { raw: _raw, ...like } = spanOf(call);
  assert.deepEqual(span, {
    ...like,
    spanId: "a1:ZBh3y5oBm0",
    documentId: "ZBh3y5oBm0",
    endpoint: "GET /",
    start: 520_522_930_241_347n,
    end: 520_522_930_241_351n,
    requestSize: 0,
    responseSize: 0,
  });
  assert.equal(raw.toString(), deeptraceDocument(call, bootedAt));
});

test("who receives a request is its source already, and stays it", () => {
  const span = decode(deeptraceDocument({ ...call, direction: "Ingress" }, bootedAt));
  assert.deepEqual([span.srcIp, span.srcPort, span.dstIp, span.dstPort], ["10.0.0.1", 4000, "192.168.255.2", 80]);
});

test("only where both addresses are numbers is the server's end taken to come first", () => {
  const one = deeptraceDocument(call, bootedAt).replace(/"src_ip":\d+/, '"src_ip":"192.168.255.2"');
  assert.deepEqual([decode(one).srcIp, decode(one).dstIp], ["192.168.255.2", "10.0.0.1"]);
});

test("each number from 0 to 2^32-1 is an address, and 0 is nobody's", () => {
  const withSource = (number: string) =>
    deeptraceDocument({ ...call, direction: "Ingress" }, bootedAt).replace(/"src_ip":\d+/, `"src_ip":${number}`);
  const cases: [number: string, address: string][] = [
    ["0", ""],
    ["1", "0.0.0.1"],
    ["167772165", "10.0.0.5"],
    ["2130706433", "127.0.0.1"],
    ["2147483648", "128.0.0.0"],
    ["4294967295", "255.255.255.255"],
  ];
  // Twice, as the second time it may be one that is remembered.
  for (const [number, address] of [...cases, ...cases]) assert.equal(decode(withSource(number)).srcIp, address);
  const fault = decodeSpan(RawText.from(withSource("4294967296")), "a1", "x");
  assert.ok(isFault(fault));
  assert.match(
    fault.reason,
    /^tag\.ebpf_tag\.src_ip: got 4294967296; allowed: a string, or an IPv4 address as a number/,
  );
});

test("documents of one _id in the indices of two agents are two spans", () => {
  const text = deeptraceDocument(call, bootedAt);
  assert.notEqual(decode(text, "a1").spanId, decode(text, "a2").spanId);
});

test("a document whose agent and _id are too long for an id is a fault, and its own id is not needed then", () => {
  const long = "i".repeat(511);
  const fault = decodeSpan(RawText.from(deeptraceDocument(call, bootedAt)), "a1", long);
  assert.ok(isFault(fault));
  assert.match(fault.reason, /^context\.span_id: missing; needed: a string of at most 512 bytes/);
});

test("its spans find their parents as others do, and come back from the trace as they were", () => {
  const seen = Array.from({ length: 20 }, (_, number) => mixedRequest(number)).flat();
  const spans = seen.map(({ agent, sketch }, place) => {
    // Every host booted at another time.
    const boot = bootedAt * BigInt(agent.slice(1));
    return decode(deeptraceDocument(sketch, boot), agent, `document${place}`);
  });
  const links = correlateAll(spans);
  const names = new Map(spans.map(({ spanId }, place) => [spanId, seen[place]?.sketch.id]));
  const parents = new Map(spans.map((span) => [names.get(span.spanId), names.get(links.get(span)?.parentId ?? "")]));
  for (let number = 0; number < 20; number += 1) {
    assert.equal(parents.get(`peer${number}`), `odd${number}`);
    assert.equal(parents.get(`cart${number}`), `grpc${number}`);
    for (const name of ["dns", "cache", "sql", "event", "grpc", "odd"]) {
      assert.equal(parents.get(`${name}${number}`), `root${number}`, name);
    }
  }
  const writer = new ByteWriter();
  const members = spans.map((span) => ({ span, parentId: links.get(span)?.parentId ?? "", link: links.get(span) }));
  writeTraceDocument(
    writer,
    assembleTrace(members.slice(0, 9), () => false),
  );
  const stored = new Map(
    readTraceSpans(RawText.from(writer.written().toString())).map((read) => [read.span.spanId, read]),
  );
  assert.equal(stored.size, 9);
  for (const { span, parentId } of members.slice(0, 9)) {
    const { raw: _raw, ...expected } = span;
    const { raw: _stored, ...found } = stored.get(span.spanId)?.span ?? assert.fail(span.spanId);
    assert.deepEqual(found, expected);
    assert.equal(stored.get(span.spanId)?.parentId, parentId);
  }
});
