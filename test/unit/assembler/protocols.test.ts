import assert from "node:assert/strict";
import { test } from "node:test";
import type { Direction, Span } from "../../../assembler/span/span";
import {
  bigEndian,
  bsonDocument,
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
import { spanOf } from "./support/span-text";

/** A span as an agent stores it that gives no endpoint. */
function seen(protocol: string, request: Buffer, response = bytes(), direction: Direction = "Egress"): Span {
  return spanOf({ id: "s", protocol, request, response, direction, endpoint: "", start: 0, end: 1 });
}

/** `endpoint | status`, with `!` where the request failed. */
function told(protocol: string, request: Buffer, response?: Buffer, direction?: Direction): string {
  const { endpoint, status, isError } = seen(protocol, request, response, direction);
  return `${endpoint} | ${status}${isError ? "!" : ""}`;
}

const nothing = bytes();
const http = (text: string) => bytes(text.replaceAll("\n", "\r\n"));

const cases: readonly (readonly [label: string, request: Buffer, response: Buffer, expected: string])[] = [
  [
    "HTTP1",
    http("GET /items/17?token=s3cret HTTP/1.1\n\n"),
    http("HTTP/1.1 404 Not Found\n\n"),
    "GET /items/17 | 404!",
  ],
  [
    "HTTP/1.1",
    http("POST http://shop:80/buy;jsession=s3cret HTTP/1.1\n\n"),
    http("HTTP/1.1 201 Created\n"),
    "POST /buy | 201",
  ],
  ["http", http("OPTIONS * HTTP/1.1\n\n"), nothing, "OPTIONS * | "],
  [
    "Http2",
    bytes(http2Frame(1, namedHeader(2, "PUT"), namedHeader(4, "/cart?k=s3cret"))),
    http2Frame(1, namedHeader(8, "503")),
    "PUT /cart | 503!",
  ],
  ["HTTP/2", http("GET /cart HTTP/2\nx-a: b\n\n"), http("HTTP/2 200\n\n"), "GET /cart | 200"],
  ["gRPC", grpcRequest("/shop.v1.Cart/Add"), grpcResponse(0), "/shop.v1.Cart/Add | OK"],
  ["Grpc", grpcRequest("/shop.v1.Cart/Add"), grpcResponse(5), "/shop.v1.Cart/Add | NOT_FOUND!"],
  ["Redis", redisCommand("SET", "session:1", "s3cret"), bytes("+OK\r\n"), "SET | OK"],
  ["redis", redisCommand("get", "session:1"), bytes("$-1\r\n"), "GET | OK"],
  [
    "Redis",
    redisCommand("CONFIG", "GET", "requirepass"),
    bytes("-NOAUTH Authentication required.\r\n"),
    "CONFIG GET | NOAUTH!",
  ],
  ["Redis", redisCommand("LPUSH", "k", "v"), bytes("!21\r\nSYNTAX invalid syntax\r\n"), "LPUSH | SYNTAX!"],
  ["Redis", bytes("*2\r\n$6\r\ns3cret\r\n$1\r\nx\r\n"), bytes(":1\r\n"), " | OK"],
  ["MySQL", mysqlQuery("select name from orders where card = 's3cret'"), mysqlPacket(1, 1), "SELECT orders | OK"],
  [
    "MySQL",
    mysqlQuery("INSERT INTO `shop`.`orders` VALUES ('s3cret')"),
    mysqlPacket(1, 0xff, [0x7a, 0x04], "#42S02Table s3cret"),
    "INSERT orders | 1146!",
  ],
  [
    "mysql",
    mysqlQuery("UPDATE orders SET a = 1"),
    mysqlPacket(1, 0xff, [0xbd, 0x04], "#40001Deadlock"),
    "UPDATE orders | 40001!",
  ],
  ["MySQL", mysqlPacket(0, 0x16, "DELETE FROM carts WHERE id = ?"), mysqlPacket(1, 0), "PREPARE DELETE carts | OK"],
  ["MySQL", mysqlPacket(0, 0x17, [1, 0, 0, 0]), mysqlPacket(1, 0xfe), "EXECUTE | "],
  [
    "PostgreSQL",
    bytes("Q", bigEndian(30, 4), "select * from public.users\0"),
    bytes("E", bigEndian(40, 4), "SERROR\0C42P01\0Ms3cret\0\0"),
    "SELECT users | 42P01!",
  ],
  [
    "MongoDB",
    mongoMessage(bsonText("find", "users"), bsonText("filter", "s3cret")),
    mongoMessage(bsonDouble("ok", 1)),
    "find users | OK",
  ],
  [
    "Mongo",
    mongoMessage(bsonText("insert", "users")),
    mongoMessage(
      bsonDouble("ok", 0),
      bsonText("errmsg", "s3cret"),
      bsonInt("code", 26),
      bsonText("codeName", "NamespaceNotFound"),
    ),
    "insert users | NamespaceNotFound!",
  ],
  ["MongoDB", mongoMessage(bsonInt("ping", 1)), mongoMessage(bsonDouble("ok", 0), bsonInt("code", 13)), "ping | 13!"],
  [
    "MongoDB",
    mongoMessage(bsonText("insert", "users")),
    mongoMessage(bsonInt("n", 0), bytes(4, "writeErrors\0", bsonDocument()), bsonDouble("ok", 1)),
    "insert users | WriteError!",
  ],
  ["Memcached", bytes("set user:1 0 60 6\r\ns3cret\r\n"), bytes("STORED\r\n"), "set | STORED"],
  ["memcached", bytes("get user:1\r\n"), bytes("SERVER_ERROR out of memory s3cret\r\n"), "get | SERVER_ERROR!"],
  [
    "Memcached",
    memcachedBinary(0x80, 0x00, 0, "s3cret"),
    memcachedBinary(0x81, 0x00, 1, "Not found"),
    "get | NOT_FOUND",
  ],
  [
    "Memcached",
    memcachedBinary(0x80, 0x01, 0, "s3cret"),
    memcachedBinary(0x81, 0x01, 0x82, "Out of memory"),
    "set | SERVER_ERROR!",
  ],
  [
    "Kafka",
    kafkaRequest(0, 2, bigEndian(-1, 2), bigEndian(1500, 4), bigEndian(1, 4), kafkaText("orders"), "s3cret"),
    bytes(
      bigEndian(40, 4),
      bigEndian(9, 4),
      bigEndian(1, 4),
      kafkaText("orders"),
      bigEndian(1, 4),
      bigEndian(0, 4),
      bigEndian(6, 2),
    ),
    "Produce orders | 6!",
  ],
  [
    "Kafka",
    kafkaRequest(
      1,
      11,
      bigEndian(-1, 4),
      bigEndian(500, 4),
      bigEndian(1, 4),
      bigEndian(1, 4),
      0,
      bigEndian(0, 8 - 2),
      [0, 0],
      bigEndian(1, 4),
      kafkaText("orders"),
    ),
    bytes(bigEndian(40, 4), bigEndian(9, 4), bigEndian(0, 4), bigEndian(0, 2)),
    "Fetch orders | 0",
  ],
  ["Kafka", kafkaRequest(3, 1, bigEndian(0, 4)), nothing, "Metadata | "],
  [
    "DNS",
    dnsMessage(0x0100, 1, "Shop.example.org"),
    dnsMessage(0x0503, 1, "shop.example.org"),
    "A shop.example.org | NXDOMAIN",
  ],
  [
    "DNS",
    dnsMessage(0x0100, 28, "shop.example.org"),
    dnsMessage(0x0502, 28, "shop.example.org"),
    "AAAA shop.example.org | SERVFAIL!",
  ],
  [
    "DNS",
    dnsMessage(0x0100, 12, "7.0.0.10.in-addr.arpa"),
    dnsMessage(0x8180, 12, "7.0.0.10.in-addr.arpa"),
    "PTR in-addr.arpa | ",
  ],
  [
    "Thrift",
    thriftMessage(1, "ComposePost", 11, "s3cret"),
    thriftMessage(2, "ComposePost", 12, [0, 0], 0),
    "ComposePost | OK",
  ],
  [
    "Thrift",
    bytes(bigEndian(30, 4), thriftMessage(1, "ReadPosts")),
    bytes(bigEndian(30, 4), thriftMessage(3, "ReadPosts", 11)),
    "ReadPosts | EXCEPTION!",
  ],
  [
    "Thrift",
    bytes([0x82, 0x21, 7, 4], "Echo", 0),
    bytes([0x82, 0x41, 7, 4], "Echo", 0x1c),
    "Echo | DECLARED_EXCEPTION!",
  ],
  [
    "Dubbo",
    dubboRequest("com.shop.Cart", "add"),
    bytes([0xda, 0xbb, 2, 20], bigEndian(0, 4), bigEndian(42, 4)),
    "com.shop.Cart/add | OK",
  ],
  ["Custom", bytes("SELECT s3cret"), bytes("-ERR"), " | "],
  ["", bytes("GET / HTTP/1.1\r\n"), bytes("HTTP/1.1 500 Oops\r\n"), " | 500!"],
];

for (const [label, request, response, expected] of cases) {
  test(`what ${label || "no label"} tells: ${expected}`, () => {
    assert.equal(told(label, request, response), expected);
  });
}

test("an endpoint that the agent gives stands, whatever the request says", () => {
  const sketch = { id: "s", protocol: "Redis", endpoint: "cache read", start: 0, end: 1 };
  const span = spanOf({ ...sketch, request: redisCommand("GET", "k"), response: bytes("-ERR x\r\n") });
  assert.deepEqual([span.endpoint, span.status, span.isError], ["cache read", "ERR", true]);
});

test("who serves is not at fault for what its caller asked for", () => {
  const call = thriftMessage(1, "Buy");
  assert.equal(told("Thrift", call, thriftMessage(2, "Buy", 12, [0, 1]), "Ingress"), "Buy | DECLARED_EXCEPTION");
  assert.equal(told("gRPC", grpcRequest("/a.B/C"), grpcResponse(5), "Ingress"), "/a.B/C | NOT_FOUND");
  assert.equal(told("gRPC", grpcRequest("/a.B/C"), grpcResponse(14), "Ingress"), "/a.B/C | UNAVAILABLE!");
  assert.equal(told("HTTP1", http("GET / HTTP/1.1\n"), http("HTTP/1.1 404 x\n"), "Ingress"), "GET / | 404");
});

test("SQL gives its verb and its table, and nothing that it compares or stores", () => {
  const summaries: Readonly<Record<string, string>> = {
    "/* s3cret */ SELECT a, (SELECT max(b) FROM other) FROM `orders` o -- s3cret": "SELECT orders",
    "SELECT 's3cret FROM orders'": "SELECT",
    "SELECT * FROM (SELECT 1) x": "SELECT",
    "WITH t AS (SELECT 's3cret') INSERT INTO archive SELECT * FROM t": "INSERT archive",
    "replace delayed into carts values (1)": "REPLACE carts",
    'delete from shop.carts where owner = "s3cret"': "DELETE carts",
    "CREATE TABLE IF NOT EXISTS a_1 (s3cret int)": "CREATE TABLE a_1",
    "CREATE USER 'u' IDENTIFIED BY 's3cret'": "CREATE USER",
    "SET PASSWORD = 's3cret'": "SET",
    "CALL refund('s3cret')": "CALL refund",
    "TRUNCATE carts": "TRUNCATE carts",
    "COMMIT; DROP TABLE s3cret": "COMMIT",
    s3cret: "",
    "SELECT 'it''s \\' s3cret' FROM orders": "SELECT orders",
    "UPDATE 's3cret": "UPDATE",
  };
  const found = Object.keys(summaries).map((text) => [text, seen("MySQL", mysqlQuery(text)).endpoint]);
  assert.deepEqual(Object.fromEntries(found), summaries);
});

test("bytes that UTF-8 does not allow may draw together, and the question of a name is still found", () => {
  // e7 85 begins a character of three bytes and is written down as one sign.
  for (const id of [0x1234, 0xff12, 0xffff, 0xe785]) {
    assert.equal(told("DNS", dnsMessage(0x0100, 1, "shop.example.org", id)), "A shop.example.org | ");
  }
});

test("of a call over HTTP/2 whose path is packed or stands in a table nothing is said", () => {
  const packed = bytes(0x83, 0x45, 0x8a, [0x62, 0x72, 0xd1, 0x41, 0xfc, 0x1e, 0xca, 0x24, 0x5f, 0x15], 0x86);
  assert.equal(told("gRPC", http2Frame(1, packed), http2Frame(1, 0x88)), " | ");
  assert.equal(told("gRPC", http2Frame(1, 0x83, 0xc4, 0x86)), " | ");
});

test("frames are told apart though the bytes of their lengths are lost", () => {
  for (const length of [100, 127, 128, 200, 255, 300, 700]) {
    const filler = Array.from({ length: Math.ceil(length / 100) }, (_, place) =>
      clearHeader(`x-${place}`, "v".repeat(90)),
    );
    const request = grpcRequest("/a.B/C", ...filler, clearHeader("x-last", "w".repeat(length % 100)));
    const data = http2Frame(0, [0, 0, 0, 0, 1], "d".repeat(length));
    const response = bytes(http2Frame(1, 0x88, ...filler), data, http2Frame(1, clearHeader("grpc-status", "13")));
    assert.equal(told("gRPC", request, response), "/a.B/C | INTERNAL!", String(length));
  }
});

test("trailers behind data that cannot be stepped over still give gRPC's status", () => {
  const data = http2Frame(0, [0, 0, 0, 0, 200], Buffer.alloc(200, 0xe7));
  const response = bytes(http2Frame(1, 0x88), data, http2Frame(1, clearHeader("grpc-status", "13")));
  assert.equal(told("gRPC", grpcRequest("/a.B/C"), response), "/a.B/C | INTERNAL!");
});
