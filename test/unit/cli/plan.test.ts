import assert from "node:assert/strict";
import { test } from "node:test";
import { type Blindness, shareInWords } from "../../../infra/cli/plan/blind";
import { plannedEffect } from "../../../infra/cli/plan/effect";
import { planReport, planSummary } from "../../../infra/cli/plan/plan-report";
import { readPreview } from "../../../infra/cli/plan/preview";
import { indicesByLack, readServices, servicesQuery } from "../../../infra/cli/plan/span-services";
import { tracesQuery } from "../../../infra/cli/plan/traffic";
import { type AgentSteps, previewJson, wellLedger } from "./previews";

const oldSettings = { sender: { batch_size: 1024 } };
const old = wellLedger(oldSettings);
const all = { source: "update", install: "update", config: "update", service: "update" };
const settings = (sender: object, more: object = {}) => wellLedger({ sender, ...more });

const cases: [string, Omit<AgentSteps, "agent">, string, RegExp][] = [
  ["an agent that is not there yet", { op: "create", after: old, commands: all }, "start", /is new/],
  [
    "one that is no longer in the file",
    { op: "delete", before: old, commands: { source: "delete", service: "delete" } },
    "removed",
    /no longer/,
  ],
  [
    "one that moves",
    { op: "replace", before: old, after: { ...old, target: { host: "198.51.100.12", port: 22 } }, commands: all },
    "restart",
    /moves from 198\.51\.100\.11 to 198\.51\.100\.12/,
  ],
  [
    "the same settings, which an earlier version recorded as tables",
    { op: "update", before: { ...old, settings: oldSettings }, after: old },
    "none",
    /^$/,
  ],
  [
    "other settings than those that an earlier version recorded as tables",
    { op: "update", before: { ...old, settings: oldSettings }, after: settings({ batch_size: 7 }), commands: all },
    "live",
    /^config: sender\.batch_size$/,
  ],
  ["one that stays", { op: "same", before: old, after: old }, "none", /^$/],
  [
    "a new version",
    { op: "update", before: old, after: wellLedger(oldSettings, "9a8b7c000000"), commands: all },
    "restart",
    /version 4d5e6f012345 to 9a8b7c000000/,
  ],
  [
    "a change of sender settings",
    {
      op: "update",
      before: old,
      after: settings({ batch_size: 7 }),
      commands: { config: "update", service: "update" },
    },
    "live",
    /config: sender\.batch_size/,
  ],
  [
    "a sender setting that goes",
    {
      op: "update",
      before: settings({ batch_size: 7, more: 1 }),
      after: settings({ batch_size: 7 }),
      commands: { config: "update" },
    },
    "restart",
    /config: sender\.more/,
  ],
  [
    "a change of another table",
    {
      op: "update",
      before: old,
      after: settings({ batch_size: 1024 }, { api: { port: 1 } }),
      commands: { config: "update" },
    },
    "restart",
    /config: api/,
  ],
  [
    "another password for Elasticsearch",
    {
      op: "update",
      before: settings({ elastic: { password: "[secret]" } }),
      after: settings({ elastic: { password: "[secret]" } }),
      commands: { config: "update" },
      diff: ["configText"],
    },
    "live",
    /config: sender\.elastic\.password/,
  ],
  [
    "a stopped agent",
    {
      op: "update",
      before: old,
      after: old,
      seen: { service: "inactive (stopped), enabled" },
      commands: { service: "update" },
    },
    "start",
    /service is inactive/,
  ],
  [
    "an agent that runs something older",
    {
      op: "update",
      before: old,
      after: old,
      seen: { service: `${old.desired.service}, older than the file` },
      commands: { service: "update" },
    },
    "restart",
    /older than the file/,
  ],
  [
    "a file changed by hand",
    {
      op: "update",
      before: old,
      after: old,
      seen: { config: "altered: sender.batch_size is 7" },
      commands: { config: "update" },
    },
    "mend",
    /config is altered/,
  ],
  [
    "an agent disabled by hand",
    {
      op: "update",
      before: old,
      after: old,
      seen: { service: old.desired.service.replace("enabled", "disabled") },
      commands: { service: "update" },
    },
    "mend",
    /service is active, disabled/,
  ],
  [
    "steps of another release of ours",
    { op: "update", before: old, after: old, commands: all },
    "check",
    /bring about the same/,
  ],
];
for (const [what, steps, effect, reason] of cases) {
  test(`${what}: "${effect}"`, () => {
    const [previewed] = readPreview(previewJson({ agent: "web-1", ...steps }));
    assert.ok(previewed);
    const planned = plannedEffect(previewed);
    assert.equal(planned.effect, effect);
    assert.match(planned.reasons.join("; "), reason);
    assert.equal(planned.unseen, undefined);
  });
}

test("a host that could not be looked at is said to be unseen, whatever is planned for it", () => {
  const seen = Object.fromEntries(
    Object.keys(old.desired).map((facet) => [facet, "unreachable: connect ETIMEDOUT after 10 s"]),
  );
  const [previewed] = readPreview(
    previewJson({ agent: "web-1", op: "update", before: old, after: old, seen, commands: all }),
  );
  assert.ok(previewed);
  const report = planReport({ previewed, ...plannedEffect(previewed) }, undefined);
  assert.deepEqual([report.standing, report.state], ["unreachable", "unseen"]);
  assert.match(report.details[0] ?? "", /nobody could look at it: unreachable: connect ETIMEDOUT/);
});

test("facets are told in the order of a rollout, of agents whose names end alike too", () => {
  const previewed = readPreview(
    previewJson(
      { agent: "web", op: "update", before: old, after: old, commands: { service: "update", config: "update" } },
      { agent: "web-config", op: "same", before: old, after: old, commands: { source: "update" } },
      { agent: "assembler", op: "update", before: old, after: old, commands: { install: "update" } },
    ),
  );
  assert.deepEqual(
    previewed.map(({ agent, touched }) => [agent, touched]),
    [
      ["web", ["config", "service"]],
      ["web-config", ["source"]],
      ["assembler", ["install"]],
    ],
  );
});

test("a preview that the engine refuses is a fault in the engine's own words", () => {
  const refused = JSON.stringify({
    diagnostics: [
      { severity: "warning", message: "w" },
      { severity: "error", message: "fleet.toml:3: no\n" },
    ],
  });
  assert.throws(() => readPreview(refused), { message: "fleet.toml:3: no" });
  assert.throws(() => readPreview("error: no such stack\n"), { message: "pulumi preview: error: no such stack" });
});

const blind: Blindness = {
  windowMinutes: 15,
  traces: 120,
  tracesTouched: 41,
  byAgent: new Map([
    ["web-1", { services: ["cart", "frontend"], tracesTouched: 41 }],
    ["web-2", { services: [], tracesTouched: 0 }],
  ]),
};
const restarting = (agent: string) => {
  const [previewed] = readPreview(
    previewJson({ agent, op: "update", before: old, after: wellLedger(oldSettings, "9a8b7c000000"), commands: all }),
  );
  assert.ok(previewed);
  return { previewed, ...plannedEffect(previewed) };
};

test("an agent that restarts is told with its services and its share of recent traces", () => {
  const { summary, details, facts } = planReport(restarting("web-1"), blind);
  assert.equal(summary, "source, install, config, service; version 4d5e6f012345 to 9a8b7c000000");
  assert.deepEqual(details, ["blind meanwhile: cart, frontend; 34 % (41 of 120) of recent traces"]);
  assert.deepEqual([facts.services, facts.tracesTouched], [["cart", "frontend"], 41]);
  assert.deepEqual(planReport(restarting("web-2"), blind).details, ["sees no service now, so nothing goes blind"]);
});

test("the summary names hosts, what is left alone, and what goes blind in all", () => {
  assert.deepEqual(planSummary(["h1:22", "h2:22"], 1, blind), [
    "2 hosts touched: h1:22, h2:22; 1 agent left as it is",
    "while they restart, cart, frontend go blind: 34 % (41 of 120) of the traces of the last 15 min",
  ]);
  assert.deepEqual(planSummary([], 3, undefined), [
    "0 hosts touched; 3 agents left as they are",
    "no agent restarts or goes, so nothing goes blind",
  ]);
});

test("without Elasticsearch the rest of the plan is still told, and why this is not", () => {
  assert.deepEqual(planReport(restarting("web-1"), "no answer from http://h:9200").details, []);
  assert.equal(
    planSummary(["h1:22"], 0, "no answer from http://h:9200")[1],
    "which services go blind cannot be told: no answer from http://h:9200",
  );
});

test("shares are told in whole percents, few as few and none of nothing", () => {
  assert.deepEqual(
    [shareInWords(1, 3), shareInWords(1, 1000), shareInWords(0, 9), shareInWords(0, 0)],
    ["33 % (1 of 3)", "under 1 % (1 of 1000)", "0 % (0 of 9)", "no traces to compare with"],
  );
});

const since = 1_767_225_600_123_456_789n;

test("Elasticsearch is asked for services of nested and flat spans by index, moments to the nanosecond", () => {
  const gte = { gte: "1767225600123456789" };
  const lt = { lt: "978307200000000000" };
  const without = (field: string) => ({ must_not: { exists: { field } } });
  const expected = {
    size: 0,
    track_total_hits: false,
    query: {
      bool: {
        should: [
          { range: { "metric.start_time": gte } },
          { range: { "metric.start_time": lt } },
          {
            bool: {
              ...without("metric.start_time"),
              should: [{ range: { start_time: gte } }, { range: { start_time: lt } }],
              minimum_should_match: 1,
            },
          },
        ],
      },
    },
    aggs: {
      indices: {
        terms: { field: "_index", size: 1000 },
        aggs: {
          nested: { terms: { field: "tag.ebpf_tag.component", size: 1000 } },
          flat: {
            filter: { bool: without("tag.ebpf_tag.component") },
            aggs: { services: { terms: { field: "component", size: 1000 } } },
          },
        },
      },
    },
  };
  assert.deepEqual(servicesQuery(since, []), expected);
  assert.deepEqual(servicesQuery(since, ["component", "start_time"]), {
    ...expected,
    runtime_mappings: { start_time: { type: "long" }, component: { type: "keyword" } },
  });
});

test("indices are searched together whose mapping lacks the same fields", () => {
  const caps = {
    indices: ["spans_a", "spans_b", "spans_c", "spans_d"],
    fields: {
      "metric.start_time": { long: {} },
      "tag.ebpf_tag.component": {
        keyword: { indices: ["spans_a", "spans_b", "spans_c"] },
        text: { indices: ["spans_d"] },
      },
      component: { keyword: { indices: ["spans_a", "spans_c"] }, unmapped: { indices: ["spans_b", "spans_d"] } },
      start_time: { long: { indices: ["spans_a", "spans_c", "spans_d"] }, float: { indices: ["spans_b"] } },
    },
  };
  assert.deepEqual(
    [...indicesByLack(caps)],
    [
      [[], ["spans_a", "spans_c"]],
      [["start_time", "component"], ["spans_b"]],
      [["tag.ebpf_tag.component", "component"], ["spans_d"]],
    ],
  );
  assert.deepEqual([...indicesByLack({ indices: [], fields: {} })], []);
});

test("services are those of both forms, by what an agent writes to", () => {
  const named = (...keys: string[]) => ({ buckets: keys.map((key) => ({ key })) });
  const index = (key: string, nested: string[], flat: string[]) => ({
    key,
    nested: named(...nested),
    flat: { services: named(...flat) },
  });
  const answer = (...buckets: ReturnType<typeof index>[]) => ({ aggregations: { indices: { buckets } } });
  assert.deepEqual(
    readServices([
      answer(index("spans_a-000001", ["b"], []), index("spans_f", [], ["d", "c"])),
      answer(index("spans_a-000002", ["a", "b"], ["c"])),
      {},
    ]),
    new Map([
      ["spans_a", ["a", "b", "c"]],
      ["spans_f", ["c", "d"]],
    ]),
  );
});

test("traces are counted by group, those of boot clocks by the minutes in which they count", () => {
  assert.deepEqual(tracesQuery(since, new Map([["web-1", ["cart"]]])), {
    size: 0,
    track_total_hits: true,
    query: {
      bool: {
        should: [
          { range: { start_time: { gte: "1767225600123456789" } } },
          {
            bool: {
              filter: [
                { range: { start_time: { lt: "978307200000000000" } } },
                { range: { minutes: { gte: 1_767_225_540_123 } } },
              ],
            },
          },
        ],
      },
    },
    aggs: { groups: { filters: { filters: { "web-1": { terms: { services: ["cart"] } } } } } },
  });
});
