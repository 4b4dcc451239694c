import assert from "node:assert/strict";
import { test } from "node:test";
import { renderTraceTable } from "../../../assembler/show/trace-table";
import { renderWaterfall } from "../../../assembler/show/waterfall";
import { assembleTrace } from "../../../assembler/trace/assemble-trace";
import { type SpanSketch, spanOf } from "./support/span-text";

const ms = 1_000_000;
const sketches: SpanSketch[] = [
  { id: "root", component: "frontend", endpoint: "GET /checkout", start: 0, end: 12 * ms },
  {
    id: "call",
    parentId: "root",
    direction: "Egress",
    component: "frontend",
    endpoint: "GET /items",
    start: ms,
    end: 5 * ms,
  },
  {
    id: "items",
    parentId: "call",
    component: "catalog",
    endpoint: "GET /items",
    start: 0,
    end: 3 * ms,
    clock: -9_000_000_000n,
  },
  {
    id: "cart",
    parentId: "root",
    direction: "Egress",
    component: "frontend",
    endpoint: "POST /cart",
    start: 4 * ms,
    end: 11 * ms,
  },
];
const members = sketches.map((sketch) => {
  const span = spanOf(sketch, sketch.component);
  return { span, parentId: span.parentId, link: undefined };
});
const trace = assembleTrace(members, () => true);

test("a waterfall shows who asked whom, for how long and when, on one clock", () => {
  assert.deepEqual(renderWaterfall(trace).split("\n"), [
    `trace ${trace.traceId}  GET /checkout  status 200  12.000 ms  4 spans  2 services  complete`,
    "frontend GET /checkout                             12.000 |########################################|",
    "|-frontend -> GET /items                            4.000 |   =============                        |",
    "| |-catalog GET /items                              3.000 |     ==========                         |",
    "|-frontend -> POST /cart                            7.000 |             #######################    |",
    "~ clock of catalog corrected by +9001.500 ms (0.500 more or less) to that of frontend",
  ]);
});

test("a table has one line of at most 100 columns for each trace, and marks the odd ones", () => {
  const failed = assembleTrace(
    [{ span: spanOf({ id: "x", start: 0, end: 1, status: 500 }), parentId: "", link: undefined }],
    () => false,
  );
  const lines = renderTraceTable([{ ...trace, complete: false }, failed]).split("\n");
  assert.equal(lines.length, 3);
  assert.match(
    lines[1] ?? "",
    /^[0-9a-f]{16} \d\d:\d\d:\d\d\.\d{3} GET \/checkout +catalog,frontend +4 +12\.000 200 +\?$/,
  );
  assert.match(lines[2] ?? "", /500 +!$/);
  for (const line of lines) assert.ok(line.length <= 100);
});

test("parents that go round in a circle are drawn once each", () => {
  const circle = ["a", "b"].map((id) => {
    const span = spanOf({ id, parentId: id === "a" ? "b" : "a", start: 0, end: 1 });
    return { span, parentId: span.parentId, link: undefined };
  });
  assert.equal(
    renderWaterfall(assembleTrace(circle, () => false))
      .split("\n")
      .filter((line) => line.includes("|")).length,
    2,
  );
});
