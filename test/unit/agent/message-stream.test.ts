import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { MessageKind } from "../../../examples/agent/src/http-head";
import { type Message, MessageStream } from "../../../examples/agent/src/message-stream";
import type { Piece } from "../../../examples/agent/src/socket-call";
import { call, piece } from "./socket-calls";

function streamOf(
  kind: MessageKind,
  methods: string[] = [],
): { stream: MessageStream; done: Message[]; begun: Message[] } {
  const done: Message[] = [];
  const begun: Message[] = [];
  const stream = new MessageStream(kind, {
    began: (message) => begun.push(message),
    completed: (message) => done.push(message),
    methodAnswered: () => methods[begun.length],
  });
  return { stream, done, begun };
}

const messages = [
  "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
  "HTTP/1.1 204 No Content\r\n\r\n",
  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=1\r\nhello\r\nA\r\n0123456789\r\n0\r\nX-Sum: 1\r\n\r\n",
  "HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\n\r\n",
  "HTTP/1.1 201 Created\r\ncontent-length: 0\r\n\r\n",
];

test("however responses are cut into calls, each is found with its exact size and content", () => {
  fc.assert(
    fc.property(
      fc.shuffledSubarray(messages, { minLength: 1 }),
      fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1 }),
      (sent, lengths) => {
        const bytes = Buffer.from(sent.join(""));
        const { stream, done } = streamOf("response");
        let at = 0;
        // The first call must show where the first message begins.
        for (let i = 0; at < bytes.length; i++) {
          const length = i === 0 ? 20 : (lengths[i % lengths.length] ?? 1);
          stream.push(call("read", i, piece(bytes.toString("latin1", at, at + length))));
          at += length;
        }
        assert.deepEqual(
          done.map(({ size, content, complete }) => ({ size, content: content.toString(), complete })),
          sent.map((text) => ({ size: text.length, content: text, complete: true })),
        );
      },
    ),
  );
});

test("a length is exact although most of the body is not shown", () => {
  const { stream, done } = streamOf("request");
  const head = "POST /a HTTP/1.1\r\nContent-Length: 100000\r\n\r\n";
  stream.push(call("read", 0, piece(`${head}abc`, 65_536 - head.length - 3)));
  stream.push(call("read", 50, piece("xyz", 100_000 + head.length - 65_536 - 3), piece("GET /b HTTP/1.1\r\n\r\n")));
  assert.deepEqual(
    done.map(({ size, content }) => [size, content.toString()]),
    [
      [head.length + 100_000, `${head}abc`],
      [19, "GET /b HTTP/1.1\r\n\r\n"],
    ],
  );
});

test("a message begins with its first call and ends with its last", () => {
  const { stream, done } = streamOf("request");
  stream.push({ ...call("read", 100, "POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\n"), tid: 1 });
  stream.push({ ...call("read", 200, "ab"), tid: 2 });
  stream.push({ ...call("read", 300, "cd"), tid: 3 });
  assert.deepEqual(
    done.map(({ beginNs, endNs, firstTid, lastTid }) => [beginNs, endNs, firstTid, lastTid]),
    [[100n, 310n, 1, 3]],
  );
});

for (const [name, pieces, size] of [
  ["a head that is cut", [piece("HTTP/1.1 200 OK\r\nX-Long: aaaa", 5000)], 5029],
  [
    "a chunk's length among unknown bytes",
    [piece("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nab", 500)],
    552,
  ],
  ["no length at all", [piece("HTTP/1.1 200 OK\r\n\r\nabc")], 22],
] as [string, Piece[], number][]) {
  test(`the end of a message that cannot be told from its bytes is told from outside: ${name}`, () => {
    const { stream, done, begun } = streamOf("response");
    stream.push(call("read", 0, ...pieces));
    stream.push(call("read", 50, "more"));
    assert.equal(begun.length, 1);
    assert.equal(done.length, 0);
    assert.equal(stream.isOpenEnded, true);
    stream.endOpen();
    assert.deepEqual(
      done.map((message) => [message.size, message.endNs]),
      [[size + 4, 60n]],
    );
    stream.push(call("read", 90, "HTTP/1.1 204 No Content\r\n\r\n"));
    assert.equal(done.length, 2);
  });
}

test("a long chunk that is known only at its start can be skipped when its end is in another call", () => {
  const { stream, done } = streamOf("response");
  stream.push(call("read", 0, piece("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1000\r\nabc", 4093)));
  stream.push(call("read", 50, "\r\n0\r\n\r\n"));
  assert.deepEqual(
    done.map(({ size }) => size),
    [47 + 6 + 4096 + 7],
  );
});

test("the response to HEAD has no body whatever its length says", () => {
  const { stream, done } = streamOf("response", ["HEAD", "GET"]);
  stream.push(call("read", 0, "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n"));
  stream.push(call("read", 50, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
  assert.equal(done.length, 2);
});

test("bytes from the middle of a message are passed over until a call begins one", () => {
  const { stream, done } = streamOf("response");
  stream.push(call("read", 0, "rest of an earlier body HTTP/1.1 200 OK\r\n\r\n"));
  stream.push(call("read", 50, "HTTP/1.1 204 No Content\r\n\r\n"));
  assert.equal(done.length, 1);
});

test("after bytes that are not HTTP the next message is found again", () => {
  const { stream, done } = streamOf("request");
  stream.push(call("read", 0, `GET /a HTTP/1.1\r\n\r\n${"\u0001\u0002garbage".repeat(20)}`));
  stream.push(call("read", 50, "GET /b HTTP/1.1\r\n\r\n"));
  assert.equal(done.length, 2);
});
