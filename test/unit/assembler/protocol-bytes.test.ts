import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { mayBeSameEndpoint } from "../../../assembler/correlate/same-endpoint";
import type { Protocol } from "../../../assembler/protocols/protocol";
import { protocolOf } from "../../../assembler/protocols/protocols";
import { lostByte, wireText } from "../../../assembler/protocols/wire-text";
import {
  bsonDouble,
  bsonInt,
  bsonText,
  bytes,
  clearHeader,
  dnsMessage,
  dubboRequest,
  grpcRequest,
  grpcResponse,
  http2Frame,
  kafkaRequest,
  kafkaText,
  memcachedBinary,
  mongoMessage,
  mysqlPacket,
  mysqlQuery,
  namedHeader,
  redisCommand,
  thriftMessage,
} from "./support/messages";

const secret = "s3cret";
const exchanges: Readonly<Record<string, readonly (readonly [request: Buffer, response: Buffer])[]>> = {
  HTTP1: [
    [
      bytes(`POST /buy/now?k=${secret} HTTP/1.1\r\nCookie: ${secret}\r\n\r\n${secret}`),
      bytes("HTTP/1.1 500 Oops\r\n\r\n"),
    ],
  ],
  Http2: [
    [
      bytes(http2Frame(1, namedHeader(2, "PUT"), namedHeader(4, `/a?b=${secret}`))),
      http2Frame(1, namedHeader(8, "503")),
    ],
  ],
  Grpc: [[grpcRequest("/shop.Cart/Add", clearHeader("authorization", secret)), grpcResponse(13)]],
  Thrift: [[thriftMessage(1, "Buy", 11, [0, 1], kafkaText(secret)), thriftMessage(3, "Buy", 11, secret)]],
  Dubbo: [[dubboRequest("com.shop.Cart", "add"), bytes([0xda, 0xbb, 2, 80], Buffer.alloc(12))]],
  Redis: [
    [redisCommand("AUTH", secret), bytes(`-WRONGPASS ${secret}\r\n`)],
    [redisCommand("ACL", "SETUSER", secret), bytes("+OK\r\n")],
  ],
  MySQL: [
    [
      mysqlQuery(`INSERT INTO cards (no) VALUES ('${secret}', "${secret}") -- ${secret}`),
      mysqlPacket(1, 0xff, [0x7a, 4], `#42S02${secret}`),
    ],
    [mysqlPacket(0, 0x16, `SELECT * FROM shop.orders WHERE a = '${secret}'`), mysqlPacket(1, 0)],
  ],
  PostgreSQL: [
    [
      bytes("Q\0\0\0\x20", `DELETE FROM cards WHERE no = '${secret}'\0`),
      bytes(`E\0\0\0\x20SERROR\0C23505\0M${secret}\0\0`),
    ],
  ],
  MongoDB: [
    [
      mongoMessage(bsonText("find", "cards"), bsonText("no", secret)),
      mongoMessage(
        bsonDouble("ok", 0),
        bsonText("errmsg", secret),
        bsonInt("code", 2),
        bsonText("codeName", "BadValue"),
      ),
    ],
  ],
  Memcached: [
    [bytes(`set k 0 0 6\r\n${secret}\r\n`), bytes(`SERVER_ERROR ${secret}\r\n`)],
    [memcachedBinary(0x80, 1, 0, secret), memcachedBinary(0x81, 1, 0x82, secret)],
  ],
  Kafka: [
    [
      kafkaRequest(0, 2, [255, 255, 0, 0, 0, 9], [0, 0, 0, 1], kafkaText("orders"), secret),
      bytes(Buffer.alloc(11), 1, kafkaText("orders"), [0, 0, 0, 1], [0, 0, 0, 0], [0, 7]),
    ],
  ],
  DNS: [[dnsMessage(0x100, 1, "shop.example.org"), dnsMessage(0x502, 1, "shop.example.org")]],
};
const labels = Object.keys(exchanges);

/** As an agent writes bytes down, and as the assembler reads them. */
function wire(message: Buffer): string {
  const json = Buffer.from(JSON.stringify(message.toString("utf8")));
  return wireText(json, 0, json.length);
}

function known(label: string): Protocol {
  return protocolOf(label) ?? assert.fail(label);
}

const arbitraryLabel = fc.constantFrom(...labels);
/** Real exchanges, some bytes of which are others. */
const damaged = arbitraryLabel.chain((label) =>
  fc.record({
    label: fc.constant(label),
    exchange: fc.constantFrom(...(exchanges[label] ?? [])),
    changes: fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 12 }),
    cut: fc.nat(400),
  }),
);

function damage(message: Buffer, changes: readonly (readonly [number, number])[], cut: number): Buffer {
  const copy = Buffer.from(message);
  for (const [at, byte] of changes) if (at < copy.length) copy[at] = byte;
  return copy.subarray(0, cut);
}

function assertHarmless(protocol: Protocol, request: string, response: string): void {
  const endpoint = protocol.endpointOf(request);
  const status = protocol.statusOf(response, request);
  assert.match(endpoint, /^[ -~]{0,310}$/);
  assert.match(status, /^\w{0,64}$/);
  for (const direction of ["Ingress", "Egress"] as const) if (status !== "") protocol.isError(status, direction);
  protocol.headersOf?.(request);
}

test("bytes of any kind are read to the end, under any label", () => {
  const message = fc.uint8Array({ maxLength: 400 }).map((array) => wire(Buffer.from(array)));
  const property = fc.property(arbitraryLabel, message, message, (label, request, response) => {
    assertHarmless(known(label), request, response);
  });
  fc.assert(property, { numRuns: 3000, seed: 4 });
});

test("messages that are cut and damaged are read to the end", () => {
  const property = fc.property(damaged, ({ label, exchange: [request, response], changes, cut }) => {
    assertHarmless(known(label), wire(damage(request, changes, cut)), wire(damage(response, changes, cut)));
  });
  fc.assert(property, { numRuns: 5000, seed: 4 });
});

test("a request that is cut names the same endpoint, less of it, or none; a response that is cut fails only if it failed", () => {
  for (const [label, list] of Object.entries(exchanges)) {
    const protocol = known(label);
    for (const [request, response] of list) {
      const whole = protocol.endpointOf(wire(request));
      const status = protocol.statusOf(wire(response), wire(request));
      assert.notEqual(whole, "", label);
      for (let cut = 0; cut < request.length; cut += 1) {
        const part = protocol.endpointOf(wire(request.subarray(0, cut)));
        assert.ok(mayBeSameEndpoint(whole, part), `${label}: ${whole} became ${part} at ${cut}`);
      }
      for (let cut = 0; cut < response.length; cut += 1) {
        const part = protocol.statusOf(wire(response.subarray(0, cut)), wire(request));
        const fails = part !== "" && protocol.isError(part, "Egress");
        assert.ok(!fails || protocol.isError(status, "Egress"), `${label}: ${status} became ${part} at ${cut}`);
      }
    }
  }
});

test("no value of a message gets into an endpoint or a status", () => {
  for (const [label, list] of Object.entries(exchanges)) {
    for (const [request, response] of list) {
      const protocol = known(label);
      const told = `${protocol.endpointOf(wire(request))} ${protocol.statusOf(wire(response), wire(request))}`;
      assert.ok(!told.toLowerCase().includes(secret), `${label}: ${told}`);
    }
  }
});

test("messages made to be slow take no longer than others of their length", () => {
  const patterns = [
    "'",
    '"',
    "\\",
    "`",
    "(",
    "/*",
    "--",
    "@\x01a\x01",
    "\x00\x00\x00",
    "*1\r\n",
    "\x02a\x00",
    "a ",
    "''\\",
    "\x3f\x01a\x00",
  ];
  const started = process.cpuUsage();
  for (const label of labels) {
    for (const pattern of patterns) {
      for (const head of exchanges[label] ?? []) {
        const text = wire(head[0]) + pattern.repeat(16_384 / pattern.length);
        assertHarmless(known(label), text, wire(head[1]) + text);
      }
    }
  }
  const { user } = process.cpuUsage(started);
  assert.ok(user < 5_000_000, `${user / 1e6} s of processor time`);
});

test("what UTF-8 can write down is read back byte for byte, however JSON escapes it; what it cannot is known to be lost", () => {
  const property = fc.property(fc.string({ unit: "binary", maxLength: 80 }), (text) => {
    const sent = Buffer.from(Buffer.from(text).toString().replaceAll("\ufffd", ""));
    const plain = Buffer.from(JSON.stringify(sent.toString()));
    const escaped = Buffer.from(
      plain.toString().replace(/[\u0080-\uffff]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`),
    );
    assert.equal(wireText(plain, 0, plain.length), sent.toString("latin1"));
    assert.equal(wireText(escaped, 0, escaped.length), sent.toString("latin1"));
  });
  fc.assert(property, { numRuns: 2000, seed: 4 });
  assert.equal(wire(bytes("a", 0xff, "b")), `a${String.fromCharCode(lostByte)}b`);
});

test("a text that is cut in the middle of an escape ends before it", () => {
  for (const text of ['"ab\\', '"ab\\u', '"ab\\u00', '"ab\\ud83d"', '"ab\\ud83d\\u0041"']) {
    const json = Buffer.from(text);
    assert.equal(wireText(json, 0, json.length).slice(0, 2), "ab");
  }
});
