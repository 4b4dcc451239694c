import assert from "node:assert/strict";
import { test } from "node:test";
import { measureCorrelation } from "../../../bench/correlation";
import { resized } from "../../../bench/correlation/growth";
import { figuresOf, measure } from "../../../bench/correlation/measure";
import { accuracyPlot } from "../../../bench/correlation/plot";
import { measuredSection, withMeasured, workloadLines } from "../../../bench/correlation/report";
import { generate } from "../../../bench/workloads/generate";
import { mixedGraph } from "../../../bench/workloads/generated-graphs";

const workloads = [10, 100].map((load) => generate({ graph: mixedGraph, load, count: 50, seed: 1 }));
const measured = workloads.flatMap((workload) => [measure(workload, "fifo"), measure(workload, "auto")]);

test("figures are keyed by workload and algorithm, the default's calibration by workload", () => {
  const keys = Object.keys(figuresOf(measured));
  const endToEnd = ["e2e.mixed-10.fifo", "e2e.mixed-10.auto", "e2e.mixed-100.fifo", "e2e.mixed-100.auto"];
  assert.deepEqual(keys, [...endToEnd, "calibration.mixed-10", "calibration.mixed-100"]);
});

test("the console gets a line per algorithm", () => {
  const lines = workloadLines(measured.slice(0, 2)).split("\n");
  assert.match(lines[0] ?? "", /^mixed-10 \(10 requests\/s\)$/);
  assert.deepEqual(
    lines.slice(2).map((line) => line.trim().split(" ")[0]),
    ["fifo", "auto"],
  );
});

test("the document keeps what stands around its measured part", () => {
  const page = "# Title\n<!-- measured -->\nold\n<!-- end of measured -->\nMore.\n";
  const section = measuredSection(measured, {
    spansPerSecond: 123_000,
    exponent: 1.01,
    points: [{ spans: 1000, seconds: 0.02 }],
  });
  const written = withMeasured(page, section);
  assert.ok(written.startsWith("# Title\n<!-- measured -->\n### Traces"));
  assert.ok(written.endsWith("<!-- end of measured -->\nMore.\n"));
  assert.match(written, /\| mixed-100 \|/);
  assert.match(written, /123 k spans a second/);
  assert.match(written, /\| 1000 \| 0\.020 \| 20\.0 \|/);
  assert.throws(() => withMeasured("# Title\n", section), /needs the lines/);
});

test("the plot has a panel per family with several loads and a line per algorithm in it", () => {
  const svg = accuracyPlot(measured);
  assert.equal(svg.match(/<polyline/g)?.length, 2);
  assert.match(svg, />mixed<\/text>/);
  const points = [...svg.matchAll(/points="([^"]+)"/g)].map(([, list]) => list?.split(" ").length);
  assert.deepEqual(points, [2, 2]);
  assert.ok(!svg.includes("NaN"));
});

test("a workload repeated in time has as many spans as asked for and no more open at once", () => {
  const [workload] = workloads;
  assert.ok(workload);
  const exchangesOf = (traffics: ReturnType<typeof resized>) =>
    traffics.reduce((sum, { requests, calls }) => sum + requests.length + calls.length, 0);
  const once = resized(workload, workload.spans);
  const often = resized(workload, workload.spans * 2.5);
  assert.ok(Math.abs(exchangesOf(often) / exchangesOf(once) - 2.5) < 0.05);
  for (const [place, { requests }] of often.entries()) {
    const own = once[place]?.requests ?? [];
    const again = requests[own.length];
    assert.ok(again !== undefined && again.start > Math.max(...own.map(({ end }) => end)));
    assert.ok(requests.every(({ start }, index) => index === 0 || start >= (requests[index - 1]?.start ?? 0)));
  }
});

test("an option that the benchmark does not have is refused with those it has", async () => {
  await assert.rejects(measureCorrelation(["--fast"]), /no option --fast; there is: --traces FILE/);
  await assert.rejects(measureCorrelation(["--traces"]), /--traces needs files/);
  await assert.rejects(measureCorrelation(["--traces", "a.ndjson", "--all"]), /no option --all/);
});
