import assert from "node:assert/strict";
import { test } from "node:test";
import type { TimedCall } from "../../../examples/agent/src/call-order";
import { Connection, type Exchange } from "../../../examples/agent/src/connection";
import { call, ends, piece } from "./socket-calls";

function run(calls: TimedCall[], close = false): { told: string[]; exchanges: Exchange[]; unpaired: number } {
  const exchanges: Exchange[] = [];
  let unpaired = 0;
  const connection = new Connection(ends, {
    exchange: (exchange) => exchanges.push(exchange),
    unpaired: (count) => {
      unpaired += count;
    },
  });
  for (const each of calls) {
    if (each.action === "end-of-input") connection.endOfInput();
    else connection.push(each);
  }
  if (close) connection.close();
  return { told: exchanges.map(words), exchanges, unpaired };
}

function words({ role, request, response }: Exchange): string {
  const { head } = request;
  const target = head.kind === "request" ? head.target : "?";
  const status = response.head.kind === "response" ? response.head.status : "?";
  return `${role} ${target} ${status}`;
}

const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;

test("a process that reads a request first is the server of the connection", () => {
  assert.deepEqual(run([call("read", 0, get("/a")), call("write", 50, ok)]).told, ["server /a 200"]);
});

test("a process that writes a request first is the client", () => {
  assert.deepEqual(run([call("write", 0, get("/a")), call("read", 50, ok)]).told, ["client /a 200"]);
});

test("pipelined requests get their responses in order", () => {
  const { told } = run([
    call("read", 0, get("/a") + get("/b"), get("/c")),
    call("write", 50, ok + ok),
    call("write", 90, ok),
  ]);
  assert.deepEqual(told, ["server /a 200", "server /b 200", "server /c 200"]);
});

test("on a connection older than the agent the first response is left out and the next request counts", () => {
  const { told, unpaired } = run([call("write", 0, ok), call("read", 50, get("/b")), call("write", 90, ok)]);
  assert.deepEqual(told, ["server /b 200"]);
  assert.equal(unpaired, 1);
});

test("a connection joined in the middle of a body is understood from the next message on", () => {
  const { told } = run([
    call("read", 0, '{"items":[1,2'),
    call("write", 50, ok),
    call("read", 90, get("/b")),
    call("write", 99, ok),
  ]);
  assert.deepEqual(told, ["server /b 200"]);
});

test("an interim response is not the response", () => {
  const post = "POST /a HTTP/1.1\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n";
  const { told, exchanges } = run([
    call("read", 0, post),
    call("write", 20, "HTTP/1.1 100 Continue\r\n\r\n"),
    call("read", 40, "ab"),
    call("write", 60, ok),
  ]);
  assert.deepEqual(told, ["server /a 200"]);
  assert.deepEqual([exchanges[0]?.request.endNs, exchanges[0]?.response.beginNs], [50n, 60n]);
});

test("a response before the end of its request waits for it", () => {
  const { told } = run([
    call("read", 0, "POST /a HTTP/1.1\r\nContent-Length: 4\r\n\r\nab"),
    call("write", 20, "HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n"),
    call("read", 40, "cd"),
  ]);
  assert.deepEqual(told, ["server /a 413"]);
});

test("a request whose end is not shown ends where its response begins", () => {
  const { exchanges } = run([
    call("read", 0, piece("GET /a HTTP/1.1\r\nX: aaaa", 5000)),
    call("read", 30, "tail"),
    call("write", 60, ok),
  ]);
  assert.deepEqual(
    exchanges.map(({ request }) => [request.size, request.endNs]),
    [[5028, 40n]],
  );
});

test("a response without a length ends with the input, or with the next request", () => {
  const open = "HTTP/1.1 200 OK\r\n\r\nabc";
  assert.deepEqual(run([call("write", 0, get("/a")), call("read", 20, open), call("end-of-input", 40)]).told, [
    "client /a 200",
  ]);
  assert.deepEqual(run([call("write", 0, get("/a")), call("read", 20, open), call("write", 40, get("/b"))]).told, [
    "client /a 200",
  ]);
});

test("when the connection closes, a response that is cut short counts and a request without one does not", () => {
  const cut = run(
    [call("write", 0, get("/a") + get("/b")), call("read", 20, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc")],
    true,
  );
  assert.deepEqual(cut.told, ["client /a 200"]);
  assert.equal(cut.unpaired, 1);
});

test("a connection that speaks something else gives nothing", () => {
  assert.deepEqual(run([call("write", 0, "*1\r\n$4\r\nPING\r\n"), call("read", 20, "+PONG\r\n")], true), {
    told: [],
    exchanges: [],
    unpaired: 0,
  });
});
