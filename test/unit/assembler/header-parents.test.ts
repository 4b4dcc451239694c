import assert from "node:assert/strict";
import { test } from "node:test";
import { correlateAll } from "../../../assembler/correlate/correlator";
import type { Link } from "../../../assembler/correlate/link";
import type { Direction } from "../../../assembler/span/span";
import { assembleTrace } from "../../../assembler/trace/assemble-trace";
import type { TraceSpan } from "../../../assembler/trace/trace";
import { Random } from "./support/random";
import { type SpanSketch, spanOf } from "./support/span-text";

const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
const ids = { clientA: "a".repeat(16), serverA: "b".repeat(16), serverB: "c".repeat(16) };

function instrumented(id: string, direction: Direction, parentId: string, start: number, end: number): SpanSketch {
  return { id, direction, traceId, parentId, start, end, process: 0 };
}

function observed(id: string, sketch: Partial<SpanSketch>, sender?: string): SpanSketch & { agent?: string } {
  const headers = sender === undefined ? [] : [`traceparent: 00-${traceId}-${sender}-01`];
  return { id, headers, start: 0, end: 0, ...sketch };
}

/** Parents by span id, and how they were found, after correlation and assembly of all these as one trace. */
function treeOf(sketches: readonly SpanSketch[]) {
  const spans = sketches.map((sketch) => spanOf(sketch, `agent-${sketch.component ?? "otlp"}`));
  const links = correlateAll(spans);
  const members: TraceSpan[] = spans.map((span) => {
    const link: Link | undefined = links.get(span);
    return { span, parentId: span.parentId || (link?.parentId ?? ""), link };
  });
  const trace = assembleTrace(new Random(sketches.length).shuffle(members), () => false);
  return { trace, parents: Object.fromEntries(trace.spans.map(({ span, parentId }) => [span.spanId, parentId])) };
}

const observedA = (sender?: string) =>
  observed(
    "inA",
    { direction: "Ingress", component: "a", from: "10.0.0.1:80", to: "10.9.9.9:999", start: 0, end: 100 },
    sender,
  );
const egressA = observed(
  "outA",
  { direction: "Egress", component: "a", from: "10.0.0.1:4000", to: "10.0.0.2:80", start: 21, end: 79 },
  ids.clientA,
);
const ingressB = observed(
  "inB",
  { direction: "Ingress", component: "b", process: 2, from: "10.0.0.2:80", to: "10.0.0.1:4000", start: 30, end: 70 },
  ids.clientA,
);
const serverA = instrumented(ids.serverA, "Server", "", 1, 99);
const clientA = instrumented(ids.clientA, "Client", ids.serverA, 20, 80);
const serverB = instrumented(ids.serverB, "Server", ids.clientA, 31, 69);

test("what agents saw of a request goes between the instrumented spans of its two sides", () => {
  const { trace, parents } = treeOf([observedA(), egressA, ingressB, serverA, clientA, serverB]);
  assert.deepEqual(parents, {
    inA: "",
    [ids.serverA]: "inA",
    [ids.clientA]: ids.serverA,
    outA: ids.clientA,
    inB: "outA",
    [ids.serverB]: "inB",
  });
  assert.equal(trace.traceId, traceId);
  assert.equal(trace.complete, true, trace.warnings.join());
  assert.deepEqual(trace.spans.find(({ span }) => span.spanId === "outA")?.link, {
    parentId: ids.clientA,
    method: "traceparent",
    confidence: 0.99,
  });
});

test("so it does where the programs speak B3", () => {
  const b3 = { headers: [`X-B3-TraceId: ${traceId}`, `X-B3-SpanId: ${ids.clientA}`] };
  const seen = [observedA(), { ...egressA, ...b3 }, { ...ingressB, ...b3 }, serverA, clientA, serverB];
  const { parents } = treeOf(seen);
  assert.deepEqual([parents.outA, parents.inB, parents[ids.serverB]], [ids.clientA, "outA", "inB"]);
});

test("a service that is not instrumented hangs below the caller's span", () => {
  const { parents } = treeOf([ingressB, serverA, clientA]);
  assert.equal(parents.inB, ids.clientA);
});

test("a caller that is instrumented but sends its spans elsewhere leaves the observed ones as they are", () => {
  const { parents, trace } = treeOf([observedA("d".repeat(16)), egressA, ingressB, serverB]);
  assert.deepEqual(parents, { inA: "", outA: "inA", inB: "outA", [ids.serverB]: "inB" });
  assert.equal(trace.complete, true, trace.warnings.join());
});

test("a service that passes the header on unread keeps its calls to itself", () => {
  const passedOn = observed(
    "outB",
    { direction: "Egress", component: "b", process: 2, from: "10.0.0.2:4001", to: "10.0.0.3:80", start: 40, end: 60 },
    ids.clientA,
  );
  const { parents } = treeOf([ingressB, passedOn, serverA, clientA]);
  assert.equal(parents.outB, "inB");
  assert.equal(parents.inB, ids.clientA);
});

test("of a proxy and the program behind it, the program's observed request is the parent of its span", () => {
  const proxy = observed(
    "proxy",
    {
      direction: "Ingress",
      component: "p",
      process: 9,
      from: "10.0.0.2:15000",
      to: "10.0.0.1:4000",
      start: 28,
      end: 72,
    },
    ids.clientA,
  );
  const { parents } = treeOf([proxy, ingressB, serverB, clientA, serverA]);
  assert.equal(parents[ids.serverB], "inB");
});

test("a span whose parent was seen by nobody is named as such", () => {
  const { trace } = treeOf([serverB]);
  assert.equal(trace.complete, false);
  assert.match(trace.warnings.join(), /its parent a+ is missing/);
});
