import assert from "node:assert/strict";
import { test } from "node:test";
import { agentOfIndex, matchesIndexPattern, spanIndexFamily } from "../../../assembler/elastic/index-names";
import { clockOf } from "../../../assembler/fleet/agent-api";
import type { AgentLook } from "../../../assembler/fleet/agent-look";
import { type AgentRecord, firstRecord, nextRecord } from "../../../assembler/fleet/agent-record";
import { earlierRecord, statusDocument } from "../../../assembler/fleet/agent-status";
import { duration, hasLeft, judgeAgent, type Verdict } from "../../../assembler/fleet/judge-agent";
import { isStale, renderFleet } from "../../../assembler/fleet/render-fleet";

const start = 1_800_000_000_000;
const limits = { silentAfterMs: 40_000, laggingAfterMs: 30_000, rejectingPercent: 10 };
const answers = { state: "answers", tookMs: 3, clock: undefined } as const;
const refused = { state: "fails", reason: "ECONNREFUSED" } as const;

interface LookSketch extends Partial<Omit<AgentLook, "at" | "shards">> {
  /** Seconds since the start. */
  readonly at: number;
  /** Documents there are, and how many of them are read. */
  readonly written?: number;
  readonly read?: number;
}

function lookOf({ at, written = 0, read = written, ...rest }: LookSketch): AgentLook {
  const shards = written === 0 ? [] : [{ key: "u/0", last: written - 1, read: read - 1 }];
  const common = { agent: "a1", index: "spans_a1", host: "h1", standing: "listed", rejected: 0, api: answers } as const;
  return { ...common, ...rest, at: start + at * 1000, shards };
}

/** The verdict after each of the looks. */
function verdicts(sketches: readonly LookSketch[]): Verdict[] {
  let record: AgentRecord | undefined;
  let verdict: Verdict | undefined;
  return sketches.map((sketch) => {
    const look = lookOf(sketch);
    record = record === undefined ? firstRecord(look, undefined) : nextRecord(record, look);
    verdict = judgeAgent(record, limits, verdict);
    return verdict;
  });
}

const cases: [what: string, looks: LookSketch[], last: Partial<Verdict>][] = [
  [
    "spans come and the API answers: ok, since the first look",
    [{ at: 0 }, { at: 15, written: 9 }, { at: 30, written: 12 }],
    { status: "ok", reason: "spans come", since: start },
  ],
  [
    "no span for longer than allowed: silent since its last one, though its API answers",
    [{ at: 0 }, { at: 15, written: 9 }, { at: 30, written: 9 }, { at: 45, written: 9 }, { at: 60, written: 9 }],
    { status: "silent", reason: "no span for 45 s; its API answers", since: start + 15_000 },
  ],
  [
    "silent and its API does not answer: both are said",
    [{ at: 0 }, { at: 15, written: 9 }, { at: 60, written: 9, api: refused }],
    { status: "silent", reason: "no span for 45 s; its API does not answer (ECONNREFUSED)", since: start + 15_000 },
  ],
  [
    "entered but never heard of: silent from when it was first looked at",
    [{ at: 0 }, { at: 40 }],
    { status: "silent", reason: "no span yet, watched for 40 s; its API answers", since: start },
  ],
  [
    "spans after a silence: ok again from then on",
    [
      { at: 0, written: 5 },
      { at: 60, written: 5 },
      { at: 75, written: 6 },
    ],
    { status: "ok", reason: "spans come", since: start + 75_000 },
  ],
  [
    "an index made anew counts as new spans",
    [
      { at: 0, written: 5 },
      { at: 60, written: 0 },
      { at: 75, written: 1 },
    ],
    { status: "ok", since: start + 75_000 },
  ],
  [
    "more rejections than allowed: rejecting",
    [
      { at: 0, written: 1 },
      { at: 15, written: 21, rejected: 5 },
    ],
    { status: "rejecting", reason: "5 of 20 documents of the last 60 s are in spans_rejected" },
  ],
  [
    "a rejection among many is no trouble",
    [
      { at: 0, written: 1 },
      { at: 15, written: 1001, rejected: 5 },
    ],
    { status: "ok" },
  ],
  [
    "the same documents unread for long: lagging, since they were first seen unread",
    [
      { at: 0, written: 10 },
      { at: 15, written: 100, read: 10 },
      { at: 30, written: 200, read: 50 },
      { at: 45, written: 300, read: 100 },
      { at: 60, written: 400, read: 150 },
    ],
    {
      status: "lagging",
      reason: "250 documents are not read; the assembler is behind for 45 s",
      since: start + 15_000,
    },
  ],
  [
    "reading that keeps up a look behind is not lagging",
    [
      { at: 0, written: 10 },
      { at: 15, written: 100, read: 10 },
      { at: 30, written: 200, read: 100 },
      { at: 45, written: 300, read: 200 },
      { at: 60, written: 400, read: 300 },
    ],
    { status: "ok" },
  ],
  [
    "one failed request is no outage",
    [
      { at: 0, written: 1 },
      { at: 15, written: 2, api: refused },
    ],
    { status: "ok" },
  ],
  [
    "an API that fails look after look: unreachable, though spans come",
    [
      { at: 0, written: 1 },
      { at: 15, written: 2, api: refused },
      { at: 30, written: 3, api: refused },
    ],
    { status: "unreachable", reason: "its API does not answer (ECONNREFUSED); spans come", since: start + 15_000 },
  ],
  [
    "spans of an agent that agent_list does not have: unregistered",
    [
      { at: 0, written: 1, standing: "not listed" },
      { at: 15, written: 2, standing: "not listed" },
    ],
    { status: "unregistered", reason: "spans come into spans_a1, and agent_list has no agent that writes there" },
  ],
  [
    "without an agent_list nobody is unregistered",
    [
      { at: 0, written: 1, standing: "no list" },
      { at: 15, written: 2, standing: "no list" },
    ],
    { status: "ok" },
  ],
];

for (const [what, looks, expected] of cases) {
  test(what, () => {
    const last = verdicts(looks).at(-1);
    assert.deepEqual({ ...last, ...expected }, last);
  });
}

test("with the default period a silent agent is named within a minute of its last span", () => {
  const looks = Array.from({ length: 10 }, (_, place) => ({ at: place * 15, written: place === 0 ? 0 : 7 }));
  const named = verdicts(looks).findIndex(({ status }) => status === "silent");
  // Its last span came after the look at 0 s, and was seen by the one at 15 s.
  assert.equal(looks[named]?.at, 60);
});

test("an agent that was torn down says nothing by being silent; one that is listed does", () => {
  const record = (standing: AgentLook["standing"]) => firstRecord(lookOf({ at: 0, written: 5, standing }), undefined);
  const later = (standing: AgentLook["standing"], at: number) =>
    nextRecord(record(standing), lookOf({ at, written: 5, standing }));
  const left = (standing: AgentLook["standing"], at: number) =>
    hasLeft(later(standing, at), judgeAgent(later(standing, at), limits, undefined));
  assert.deepEqual([left("listed", 90_000), left("not listed", 60), left("no list", 60)], [false, true, false]);
  assert.equal(left("no list", 86_400), true);
});

test("after a restart the watch goes on from the stored document", () => {
  const before = nextRecord(firstRecord(lookOf({ at: 0, written: 5 }), undefined), lookOf({ at: 15, written: 9 }));
  const verdict = judgeAgent(before, limits, undefined);
  const stored = statusDocument(before, verdict, "1700000000123456789", "default");
  const quiet = firstRecord(lookOf({ at: 600, written: 9 }), earlierRecord(stored));
  assert.equal(
    judgeAgent(quiet, limits, stored).reason,
    "no span for 585 s; its API answers".replace("585 s", "9 min"),
  );
  const busy = firstRecord(lookOf({ at: 600, written: 10 }), earlierRecord(stored));
  assert.equal(judgeAgent(busy, limits, stored).status, "ok");
});

test("the clock is judged by the header's second, with what that may be off", () => {
  const asked = Date.parse("2026-11-21T10:00:00.200Z");
  assert.deepEqual(clockOf("Sat, 21 Nov 2026 10:00:00 GMT", asked, asked + 100), { offsetMs: 250, errorMs: 550 });
  assert.equal(clockOf("Sat, 21 Nov 2026 10:01:00 GMT", asked, asked + 100)?.offsetMs, 60_250);
  assert.equal(clockOf(undefined, asked, asked), undefined);
  assert.equal(clockOf("soon", asked, asked), undefined);
});

test("what a rollover made belongs to the agent that writes to its alias", () => {
  assert.equal(spanIndexFamily("spans_a1-000012"), "spans_a1");
  assert.equal(spanIndexFamily("spans_a-1"), "spans_a-1");
  assert.equal(agentOfIndex("spans_a1-000012", "spans_*"), "a1");
  assert.ok(matchesIndexPattern("spans_a1", "other,spans_*"));
  assert.ok(!matchesIndexPattern("xspans_a1", "other,spans_*"));
});

test("the table has those in trouble first, and says how many are well", () => {
  const status = (agent: string, sketches: LookSketch[]) => {
    const [first, ...more] = sketches.map((sketch) => lookOf({ agent, ...sketch }));
    let record = firstRecord(first as AgentLook, undefined);
    for (const look of more) record = nextRecord(record, look);
    return statusDocument(record, judgeAgent(record, limits, undefined), undefined, "default");
  };
  const statuses = [
    status("a1", [
      { at: 0, written: 5 },
      { at: 60, written: 605 },
    ]),
    status("a2", [
      { at: 0, written: 5 },
      { at: 15, written: 6 },
      { at: 60, written: 6 },
    ]),
  ];
  assert.deepEqual(renderFleet(statuses, start + 60_000).split("\n"), [
    "AGENT  STATUS  SINCE     LAST SPAN  SPANS/S  UNREAD  REJECTED  API      CLOCK  REASON",
    "a2     silent  45 s ago  45 s ago   0        0       0         answers  -      no span for 45 s; its API answers",
    "a1     ok      0 s ago   0 s ago    10       0       0         answers  -      spans come",
    "",
    "1 of 2 agents ok",
  ]);
  assert.equal(isStale(statuses, start + 70_000, 15_000), false);
  assert.equal(isStale(statuses, start + 160_000, 15_000), true);
  assert.equal(isStale([], start, 15_000), true);
});

test("spans of time are told in the largest unit of which there are two", () => {
  assert.deepEqual(
    [0, 119, 120, 7199, 7200, 172_800].map((seconds) => duration(seconds * 1000)),
    ["0 s", "119 s", "2 min", "119 min", "2 h", "2 d"],
  );
});
