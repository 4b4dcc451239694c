import assert from "node:assert/strict";
import { test } from "node:test";
import type { AccuracyReport } from "../../../assembler/accuracy/accuracy-report";
import { accuracyOf, noOutcomes } from "../../../assembler/accuracy/link-outcomes";
import { generate } from "../../../bench/workloads/generate";
import { mixedGraph } from "../../../bench/workloads/generated-graphs";
import { waitFor } from "../../testbed/wait-for";
import { trueOutcomes } from "../../unit/accuracy/measured";
import { spansOfWorkload } from "../../unit/accuracy/workload-spans";
import { LiveAssembler } from "./support/live-assembler";
import { LiveElastic } from "./support/live-elastic";

const services = ["catalog", "orders", "web"];
const workload = generate({ graph: mixedGraph, load: 20, count: 400, seed: 6 });
const timeoutMs = 120_000;

const elastic = new LiveElastic(async () => {
  const assembler = (name: string, accuracy: { enabled?: boolean; processor_percent?: number }) =>
    elastic.own(new LiveAssembler(elastic.elasticsearch, { name, correlation: { accuracy } }));
  unmeasured = assembler("unmeasured", { enabled: false });
  measured = assembler("measured", { processor_percent: 50 });
  const made = spansOfWorkload(workload, 0.3).spans;
  await spans.write(
    made.map((span) => ({ index: `spans_${span.agent}`, id: span.documentId, text: span.raw.toString() })),
  );
});
const { spans } = elastic;
let unmeasured: LiveAssembler;
let measured: LiveAssembler;
/** Trace documents by id, as an assembler that measures nothing wrote them. */
let traces: Map<string, string>;

async function untilWritten(assembler: LiveAssembler): Promise<void> {
  const isDone = async () =>
    (await assembler.metric("spans_read_total")) >= workload.spans / 2 &&
    (await assembler.metric("lag_spans")) === 0 &&
    (await assembler.metric("open_traces")) === 0;
  await waitFor(isDone, { timeoutMs, what: "all traces to be written" });
}

async function report(): Promise<AccuracyReport | undefined> {
  const { body = "" } = (await measured.get("/api/status")) ?? {};
  return body === "" ? undefined : (JSON.parse(body) as { link_accuracy: AccuracyReport }).link_accuracy;
}

test("with measuring off nothing is measured", async () => {
  await unmeasured.start();
  await untilWritten(unmeasured);
  traces = await spans.traces();
  assert.ok(traces.size > 0);
  assert.equal(await unmeasured.metric("link_accuracy_samples_total"), 0);
  assert.doesNotMatch((await unmeasured.get("/metrics"))?.body ?? "", /^deeptrace_assembler_links_judged_total\{/m);
  assert.equal(await unmeasured.end("SIGTERM"), "ended with status 0");
});

test("the running assembler says how right the links of each service are, and it is what they are", async () => {
  await measured.start();
  const judgedAll = async () => {
    const lines = (await report())?.services ?? [];
    return services.every((service) => lines.some((line) => line.service === service && line.calls >= 30));
  };
  await waitFor(judgedAll, { timeoutMs, what: "enough calls of every service to be judged" });
  const truth = trueOutcomes(spansOfWorkload(workload, 0));
  const metrics = (await measured.get("/metrics"))?.body ?? "";
  for (const line of (await report())?.services ?? []) {
    const { precision = Number.NaN, recall = Number.NaN } = accuracyOf(truth.get(line.service) ?? noOutcomes());
    assert.ok(Math.abs((line.precision ?? Number.NaN) - precision) < 0.05, JSON.stringify(line));
    assert.ok(Math.abs((line.recall ?? Number.NaN) - recall) < 0.05, JSON.stringify(line));
    for (const name of ["precision", "recall", "calibration"]) {
      assert.match(metrics, new RegExp(`^deeptrace_assembler_link_${name}\\{service="${line.service}"\\} [01]`, "m"));
    }
  }
});

test("the command status shows it, wherever it is run", async () => {
  let shown = "";
  const isShown = async () => {
    shown = (await measured.command("status")).stdout;
    return services.every((service) => new RegExp(`^${service} +\\d+ +[01]\\.\\d{3} `, "m").test(shown));
  };
  await waitFor(isShown, { timeoutMs, what: "every service to be in the table" });
  assert.match(shown, /^Links, where headers tell whether they are right: the last 60 min, as of \d+ s ago$/m);
});

test("what is written to traces is the same as without measuring, to the last byte", async () => {
  await untilWritten(measured);
  assert.equal(await measured.end("SIGTERM"), "ended with status 0");
  assert.deepEqual(await spans.traces(), traces);
});
