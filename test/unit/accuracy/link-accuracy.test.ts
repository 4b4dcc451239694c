import assert from "node:assert/strict";
import { test } from "node:test";
import { accuracyOf, judgedCalls, type LinkOutcomes } from "../../../assembler/accuracy/link-outcomes";
import { requestOfSpan } from "../../../assembler/span/request-of-span";
import type { Span } from "../../../assembler/span/span";
import { generate } from "../../../bench/workloads/generate";
import { generatedGraphs } from "../../../bench/workloads/generated-graphs";
import type { Workload } from "../../../bench/workloads/workload";
import { linksOf, measure, trueOutcomes } from "./measured";
import { spansOfWorkload } from "./workload-spans";

function workloadOf(name: string, load: number, count: number, lost = 0): Workload {
  const graph = generatedGraphs.find((each) => each.name === name);
  assert.ok(graph, name);
  return generate({ graph, load, count, seed: 6, lost });
}

function measuredOf(workload: Workload, identified: number): Map<string, LinkOutcomes> {
  const { spans } = spansOfWorkload(workload, identified);
  return new Map(
    measure(spans)
      .board.services()
      .map(({ service, total }) => [service, total]),
  );
}

/** `1850 calls 0.940 0.693 0.999`: precision, recall, calibration. */
function figuresOf(outcomes: LinkOutcomes): string {
  const shares = Object.values(accuracyOf(outcomes)).map((share: number | undefined) => share?.toFixed(3));
  return `${judgedCalls(outcomes)} calls ${shares.join(" ")}`;
}

/** Some at loads where links go wrong: where all is right anything would seem to be measured well. */
const cases = [
  { name: "retries", load: 2000, count: 600, lost: 0 },
  { name: "retries", load: 1000, count: 600, lost: 0.1 },
  { name: "async", load: 2000, count: 900, lost: 0 },
  { name: "thread-per-request", load: 100, count: 600, lost: 0 },
  { name: "mixed", load: 20, count: 500, lost: 0 },
];

for (const { name, load, count, lost } of cases)
  test(`where three in ten requests of ${name} at ${load}/s carry an id, the figures are those of all of them without ids`, (context) => {
    const workload = workloadOf(name, load, count, lost);
    const truth = trueOutcomes(spansOfWorkload(workload, 0));
    const measured = measuredOf(workload, 0.3);
    for (const [service, outcomes] of truth) {
      const judged = measured.get(service);
      assert.ok(judged !== undefined && judgedCalls(judged) > 60, `${service}: ${JSON.stringify(judged)}`);
      context.diagnostic(`${service}: ${figuresOf(outcomes)}; measured ${figuresOf(judged)}`);
      for (const [figure, share = Number.NaN] of Object.entries(accuracyOf(outcomes))) {
        const found = accuracyOf(judged)[figure as keyof ReturnType<typeof accuracyOf>] ?? Number.NaN;
        assert.ok(Math.abs(found - share) < 0.05, `${service}: ${figure} is ${share}, measured as ${found}`);
      }
    }
  });

test("links that are right only by their ids count as wrong or withheld", () => {
  const workload = workloadOf("retries", 2000, 500);
  const { spans, requestOf } = spansOfWorkload(workload, 1);
  const { board, links } = measure(spans);
  const right = [...links].filter(([call, link]) => link?.parentId === requestOf.get(call)).length;
  assert.ok(right / requestOf.size > 0.999, `with ids ${right} of ${requestOf.size} links are right`);
  const { recall = 1 } = accuracyOf(board.services()[0]?.total as LinkOutcomes);
  assert.ok(recall < 0.8, `measured without them: ${recall}`);
});

test("links come out the same whether they are measured or not", () => {
  for (const [name, load] of [
    ["mixed", 100],
    ["thread-per-request", 100],
    ["retries", 500],
  ] as const) {
    const { spans } = spansOfWorkload(workloadOf(name, load, 150), 0.3);
    const { board, links } = measure(spans);
    assert.ok(board.samples > 0);
    assert.deepEqual(links, linksOf(spans), name);
  }
});

test("no call is judged twice, however often samples are taken", () => {
  const { spans, requestOf } = spansOfWorkload(workloadOf("event-loop", 10, 250), 1);
  const { board } = measure(spans, 40);
  const judged = judgedCalls(board.services()[0]?.total as LinkOutcomes);
  assert.ok(board.samples > 5, `${board.samples} samples`);
  assert.ok(judged > requestOf.size / 2 && judged <= requestOf.size, `${judged} of ${requestOf.size}`);
});

test("calls of traces that come to rest late are judged like others", () => {
  const { spans } = spansOfWorkload(workloadOf("event-loop", 10, 600), 0.3);
  const judged = (isSlow: (span: Span) => boolean) =>
    judgedCalls(measure(spans, 8, isSlow).board.services()[0]?.total as LinkOutcomes);
  const isIdentified = (span: Span) => requestOfSpan(span).includes("X-Request-Id");
  const [usual, late] = [judged(() => false), judged(isIdentified)];
  assert.ok(late > 0.8 * usual, `${late} where they are late, ${usual} otherwise`);
});

test("where no request shows an id nothing is judged, and a process is seldom looked at", () => {
  const { spans } = spansOfWorkload(workloadOf("event-loop", 20, 400), 0);
  const { board } = measure(spans);
  assert.deepEqual(board.services(), []);
  assert.ok(board.samples > 0 && board.samples < 20, `${board.samples} samples`);
});
