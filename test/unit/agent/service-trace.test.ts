import assert from "node:assert/strict";
import { test } from "node:test";
import { ServiceTrace } from "../../../examples/agent/src/service-trace";
import { spanDocument } from "../../../examples/agent/src/span-document";

// Recorded from a Python service with one thread per connection: strace 6.1, shortened where a line repeats.
const server = "4<TCP:[127.0.0.1:8081->127.0.0.1:52290]>";
const client = "6<TCP:[127.0.0.1:49954->127.0.0.1:8083]>";
const recorded = [
  "[pid  8284] 1795236242.018766137 recvfrom(4<TCP:[127.0.0.1:8081->127.0.0.1:52290]>,  <unfinished ...>",
  "[pid  8224] 1795236242.018790001 accept4(3<TCP:[127.0.0.1:8081]>, 0x7ffd, [16], SOCK_CLOEXEC) = -1 EAGAIN (Resource temporarily unavailable) <0.000009000>",
  `[pid  8284] 1795236242.018825393 <... recvfrom resumed>"GET /products?sku=s1 HTTP/1.1\\r\\nHost: c\\r\\n\\r\\n", 8192, 0, NULL, NULL) = 42 <0.000050000>`,
  `[pid  8284] 1795236242.021610235 sendto(${client}, "GET /records/products?key=s1 HTTP/1.1\\r\\n\\r\\n", 41, 0, NULL, 0) = 41 <0.000020000>`,
  `[pid  8284] 1795236242.021700000 recvfrom(${client},  <unfinished ...>`,
  `[pid  8284] 1795236242.023031378 <... recvfrom resumed>"HTTP/1.1 200 OK\\r\\ncontent-length: 4\\r\\n\\r\\nZo\\303\\253", 8192, 0, NULL, NULL) = 42 <0.001331000>`,
  `[pid  8284] 1795236242.023291393 sendto(${server}, "HTTP/1.1 200 OK\\r\\nContent-Length: 5000\\r\\n\\r\\n", 41, 0, NULL, 0) = 41 <0.000020000>`,
  `[pid  8284] 1795236242.023391393 sendto(${server}, "{\\"products\\": ["..., 5000, 0, NULL, 0) = 5000 <0.000020000>`,
  "[pid  8284] 1795236242.023491393 +++ exited with 0 +++",
];

function spansOf(lines: string[]): string[] {
  const spans: string[] = [];
  const trace = new ServiceTrace(
    8224,
    "catalog",
    {
      exchange: (exchange, observer) => spans.push(spanDocument(exchange, observer, `id${spans.length}`).json),
      unpaired: () => {},
      message: () => {},
    },
    () => 8224,
  );
  for (const line of lines) trace.line(line, 0);
  trace.end(0);
  return spans;
}

test("recorded lines become the spans of their process, with exact times", () => {
  assert.deepEqual(spansOf(recorded), [
    '{"context":{"trace_id":"","span_id":"id0","parent_id":""},' +
      '"tag":{"docker_tag":null,"ebpf_tag":{"tgid":8224,"pid":8284,"protocol":"HTTP1","component":"catalog","direction":"Egress",' +
      '"src_ip":"127.0.0.1","dst_ip":"127.0.0.1","src_port":49954,"dst_port":8083,"endpoint":"GET /records/products"}},' +
      '"metric":{"start_time":1795236242021610235,"end_time":1795236242023031378,"duration":1421143,"req_size":41,"resp_size":42},' +
      '"content":{"req_content":"GET /records/products?key=s1 HTTP/1.1\\r\\n\\r\\n",' +
      '"resp_content":"HTTP/1.1 200 OK\\r\\ncontent-length: 4\\r\\n\\r\\nZoë"}}',
    '{"context":{"trace_id":"","span_id":"id1","parent_id":""},' +
      '"tag":{"docker_tag":null,"ebpf_tag":{"tgid":8224,"pid":8284,"protocol":"HTTP1","component":"catalog","direction":"Ingress",' +
      '"src_ip":"127.0.0.1","dst_ip":"127.0.0.1","src_port":8081,"dst_port":52290,"endpoint":"GET /products"}},' +
      '"metric":{"start_time":1795236242018825393,"end_time":1795236242023291393,"duration":4466000,"req_size":42,"resp_size":5041},' +
      '"content":{"req_content":"GET /products?sku=s1 HTTP/1.1\\r\\nHost: c\\r\\n\\r\\n",' +
      '"resp_content":"HTTP/1.1 200 OK\\r\\nContent-Length: 5000\\r\\n\\r\\n{\\"products\\": ["}}',
  ]);
});

test("no order of damage to the lines makes the trace throw", () => {
  for (let i = 0; i < recorded.length; i++) {
    spansOf(recorded.filter((_, index) => index !== i));
    spansOf(recorded.map((line, index) => (index === i ? line.slice(0, line.length / 2) : line)));
  }
  spansOf([...recorded].reverse());
});
