import assert from "node:assert/strict";
import { test } from "node:test";
import type { TimedCall } from "../../../examples/agent/src/call-order";
import { ConnectionTable } from "../../../examples/agent/src/connection-table";
import { call } from "./socket-calls";

function tableOf(): { table: ConnectionTable; told: string[] } {
  const told: string[] = [];
  const table = new ConnectionTable((tgid) => ({
    exchange: ({ request: { head } }) => told.push(`${tgid} ${head.kind === "request" ? head.target : ""}`),
    unpaired: (count) => told.push(`${tgid} unpaired ${count}`),
  }));
  return { table, told };
}

const get = (path: string): string => `GET ${path} HTTP/1.1\r\n\r\n`;
const ok = "HTTP/1.1 204 No Content\r\n\r\n";
function withoutEnds({ ends: _, ...rest }: TimedCall): TimedCall {
  return rest;
}

test("the same two ends in two processes are two connections", () => {
  const { table, told } = tableOf();
  table.push(1, call("read", 0, get("/a")), 0);
  table.push(2, call("read", 0, get("/b")), 0);
  table.push(2, call("write", 9, ok), 0);
  table.push(1, call("write", 9, ok), 0);
  assert.deepEqual(told, ["2 /b", "1 /a"]);
});

test("a descriptor whose socket the kernel lists no longer is the connection it last was", () => {
  const { table, told } = tableOf();
  table.push(1, call("read", 0, get("/a")), 0);
  table.push(1, withoutEnds(call("write", 9, ok)), 0);
  assert.deepEqual(told, ["1 /a"]);
});

test("a descriptor that was closed or opened anew is not the old connection", () => {
  for (const action of ["close", "open"] as const) {
    const { table, told } = tableOf();
    table.push(1, call("read", 0, get("/a")), 0);
    table.push(1, withoutEnds(call(action, 5)), 0);
    table.push(1, withoutEnds(call("write", 9, ok)), 0);
    assert.deepEqual(told, ["1 unpaired 1"]);
  }
});

test("the same two ends opened again are a new connection", () => {
  const { table, told } = tableOf();
  table.push(1, call("read", 0, get("/a")), 0);
  table.push(1, call("open", 5), 0);
  table.push(1, call("write", 9, ok), 0);
  assert.deepEqual(told, ["1 unpaired 1", "1 unpaired 1"]);
});

test("a response without a recognisable end is given after two quiet seconds", () => {
  const { table, told } = tableOf();
  table.push(1, call("read", 0, get("/a")), 1000);
  table.push(1, call("write", 9, "HTTP/1.1 200 OK\r\n\r\nabc"), 1000);
  table.sweep(2999);
  assert.deepEqual(told, []);
  table.sweep(3000);
  assert.deepEqual(told, ["1 /a"]);
});

test("the connections of a process that ended are given up, those of others stay", () => {
  const { table, told } = tableOf();
  table.push(1, call("read", 0, get("/a")), 0);
  table.push(12, call("read", 0, get("/b")), 0);
  table.closeAll(1);
  table.push(12, call("write", 9, ok), 0);
  assert.deepEqual(told, ["1 unpaired 1", "12 /b"]);
});
