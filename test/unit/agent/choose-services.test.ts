import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseServices } from "../../../examples/agent/src/choose-services";

const entry = (pid: number, parent: number, commandLine: string, name = "node") => ({
  pid,
  parent,
  name,
  commandLine,
  tracer: 0,
});
const processes = [
  entry(1, 0, "init shop-frontend.js", "init"),
  entry(10, 1, "sh run shop-frontend.js", "sh"),
  entry(11, 10, "node agent.js shop-frontend.js"),
  entry(12, 11, "strace -p 20 shop-frontend.js", "strace"),
  entry(20, 1, "node /srv/shop-frontend.js"),
  entry(21, 1, "node /srv/shop-cart.js"),
  entry(22, 1, "strace node /srv/shop-cart.js", "strace"),
  entry(23, 22, "node /srv/shop-cart.js"),
  entry(30, 1, "redis-server *:6379", "redis-server"),
];

test("processes are chosen by their command line, but not the agent's family or any strace", () => {
  const services = { frontend: "shop-frontend\\.js", cart: "shop-cart\\.js" };
  assert.deepEqual(chooseServices(processes, { pids: [], services }, 11), [
    { pid: 20, service: "frontend" },
    { pid: 21, service: "cart" },
    { pid: 23, service: "cart" },
  ]);
});

test("a pid goes by its executable's name unless a pattern names it", () => {
  assert.deepEqual(chooseServices(processes, { pids: [30, 20, 99], services: { web: "frontend" } }, 11), [
    { pid: 20, service: "web" },
    { pid: 30, service: "redis-server" },
  ]);
});

test("of two patterns that match, the first by service name wins, however they are ordered", () => {
  for (const services of [
    { b: "cart", a: "shop-cart" },
    { a: "shop-cart", b: "cart" },
  ]) {
    assert.equal(chooseServices(processes, { pids: [], services }, 11)[0]?.service, "a");
  }
});
