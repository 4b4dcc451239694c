import assert from "node:assert/strict";
import { test } from "node:test";
import type { Link } from "../../../assembler/correlate/link";
import type { Span } from "../../../assembler/span/span";
import { dueGroups } from "../../../assembler/window/due-groups";
import { forgettableGroups } from "../../../assembler/window/forgettable-groups";
import { Groups } from "../../../assembler/window/groups";
import { type Group, Member } from "../../../assembler/window/member";
import { Progress } from "../../../assembler/window/shard-progress";
import { SpanWindow } from "../../../assembler/window/span-window";
import { type SpanSketch, spanOf } from "./support/span-text";

const shard = { index: "spans_a1", uuid: "u", shard: 0 };
const limits = { quietPeriodMs: 100, maxWaitMs: 1000, recentMs: 800, maxOpenSpans: 1000 };

function windowWith(): {
  window: SpanWindow;
  progress: Progress;
  admit: (now: number, ...sketches: SpanSketch[]) => void;
} {
  const window = new SpanWindow();
  const progress = new Progress([]);
  let next = 0;
  const admit = (now: number, ...sketches: SpanSketch[]) => {
    for (const sketch of sketches) {
      const hold = progress.open({ shard, after: next - 1, upTo: next, hits: [] });
      window.admit(spanOf(sketch), hold, next, now);
      next += 1;
    }
  };
  return { window, progress, admit };
}

function idsOf(groups: Iterable<{ members: Iterable<{ span: Span }> }>): string[] {
  return [...groups]
    .map((group) =>
      [...group.members]
        .map(({ span }) => span.spanId)
        .sort()
        .join("+"),
    )
    .sort();
}

function linkTo(parentId: string): Link {
  return { parentId, method: "connection", confidence: 1 };
}

/** Marks the due groups as written, each as a document of the name of its first span. */
function write(window: SpanWindow, now: number): void {
  for (const group of dueGroups(window, limits, now, false).groups.keys()) {
    const members = [...group.members];
    const id = members.map(({ span }) => span.spanId).sort()[0] as string;
    window.documents.keep({ id, version: { index: "traces", seqNo: now, primaryTerm: 1 }, members, text: undefined });
    window.groups.settle(group, now);
  }
}

test("spans are one group by trace id, by parent, and by a parent that is not there", () => {
  const { window, admit } = windowWith();
  admit(0, { id: "a", traceId: "t", start: 0, end: 9 }, { id: "b", traceId: "t", start: 1, end: 2 });
  admit(0, { id: "c", parentId: "p", start: 0, end: 9 }, { id: "d", parentId: "p", start: 1, end: 2 });
  admit(0, { id: "e", start: 0, end: 9 }, { id: "f", parentId: "e", start: 1, end: 2 });
  assert.deepEqual(idsOf(window.groups.open), ["a+b", "c+d", "e+f"]);
  admit(0, { id: "p", parentId: "b", start: 0, end: 9 });
  assert.deepEqual(idsOf(window.groups.open), ["a+b+c+d+p", "e+f"]);
});

test("a span that names its parent takes its place once a parent is looked for on its connection or in its process", () => {
  const { window, admit } = windowWith();
  const connection = { from: "10.0.0.1:4000", to: "10.0.0.2:80" };
  const correlate = (now: number) => window.correlate(now, now);
  const parentOf = (id: string) => window.member(id)?.parentId;
  admit(
    0,
    { id: "asked", parentId: "elsewhere", thread: 7, start: 0, end: 90 },
    { id: "client", ...connection, direction: "Egress", process: 2, parentId: "elsewhere", start: 10, end: 40 },
  );
  correlate(0);
  assert.deepEqual([window.member("asked")?.isAside, window.member("client")?.isAside], [true, true]);
  admit(100, { id: "server", from: connection.to, to: connection.from, process: 3, start: 15, end: 30 });
  correlate(100);
  assert.equal(parentOf("server"), "client");
  assert.equal(window.member("asked")?.isAside, true);
  admit(200, { id: "call", direction: "Egress", thread: 7, start: 20, end: 30 });
  correlate(200);
  assert.equal(parentOf("call"), "asked");
  assert.deepEqual([parentOf("asked"), parentOf("client")], ["elsewhere", "elsewhere"]);
});

test("a span that left memory before anybody looked for its parent is nobody's parent", () => {
  const { window, admit } = windowWith();
  const connection = { from: "10.0.0.1:4000", to: "10.0.0.2:80" };
  admit(0, { id: "client", ...connection, direction: "Egress", process: 2, start: 10, end: 40 });
  window.forget([...window.groups.open]);
  admit(0, { id: "server", from: connection.to, to: connection.from, process: 3, start: 15, end: 30 });
  window.correlate(0, 0);
  assert.equal(window.member("server")?.parentId, "");
});

test("a group is not found under a parent that its span left", () => {
  const groups = new Groups();
  const memberOf = (id: string, parentId: string) => {
    const member = new Member(spanOf({ id, start: 0, end: 9 }), undefined, 0, undefined);
    member.link = linkTo(parentId);
    groups.join(member, 0, undefined);
    return member;
  };
  const moved = memberOf("moved", "before");
  groups.leaveParent(moved);
  moved.link = linkTo("after");
  groups.rejoin(new Set([moved.group as Group]), 0);
  memberOf("stranger", "before");
  memberOf("sibling", "after");
  assert.deepEqual(idsOf(groups.open), ["moved+sibling", "stranger"]);
});

test("a group is due when it came to rest, or waited long enough, or when all is to be written", () => {
  const { window, admit } = windowWith();
  admit(0, { id: "a", traceId: "t", start: 0, end: 9 });
  assert.equal(dueGroups(window, limits, 99, false).groups.size, 0);
  assert.deepEqual([...dueGroups(window, limits, 100, false).reasons], [["quiet", 1]]);
  for (let now = 50; now <= 1000; now += 50) admit(now, { id: `b${now}`, traceId: "t", start: 0, end: 9 });
  assert.deepEqual([...dueGroups(window, limits, 999, false).reasons], []);
  assert.deepEqual([...dueGroups(window, limits, 1000, false).reasons], [["max_wait_ms", 1]]);
  assert.deepEqual([...dueGroups(window, limits, 999, true).reasons], [["stop", 1]]);
});

test("a group rests from its latest span on, also when spans of one that parted join it", () => {
  const { window, admit } = windowWith();
  const middle = { id: "c", start: 1, end: 8 };
  admit(0, { id: "p", start: 0, end: 9 }, { ...middle, parentId: "p" }, { id: "d", parentId: "c", start: 2, end: 3 });
  // Indexed again, it names no parent any more.
  admit(80, middle);
  window.regroup(80);
  assert.deepEqual(idsOf(dueGroups(window, limits, 120, false).groups.keys()), ["p"]);
  assert.deepEqual(idsOf(dueGroups(window, limits, 180, false).groups.keys()), ["c+d", "p"]);
});

test("when more spans are open than may be, the oldest groups are due early", () => {
  const { window, admit } = windowWith();
  for (let place = 0; place < 5; place += 1) admit(place, { id: `s${place}`, start: 0, end: 9 });
  const due = dueGroups(window, { ...limits, maxOpenSpans: 3 }, 10, false);
  assert.deepEqual(idsOf(due.groups.keys()), ["s0", "s1"]);
  assert.deepEqual([...due.reasons], [["max_open_spans", 2]]);
});

test("groups that share a stored document are due together", () => {
  const { window, admit } = windowWith();
  admit(0, { id: "r", start: 0, end: 90 }, { id: "c", direction: "Egress", start: 10, end: 20, parentId: "r" });
  write(window, 100);
  const text = { id: "c", direction: "Egress" as const, start: 10, end: 21 };
  admit(150, { ...text, parentId: "" });
  window.regroup(150);
  assert.deepEqual(idsOf(window.groups.open), ["c", "r"]);
  window.groups.touch(window.member("r")?.group ?? assert.fail(), 240);
  assert.deepEqual(idsOf(dueGroups(window, limits, 250, false).groups.keys()), ["c", "r"]);
});

test("a document is obsolete only when all its spans are in others", () => {
  const { window, admit } = windowWith();
  admit(0, { id: "a", start: 0, end: 9 }, { id: "b", start: 1, end: 2 });
  const [a, b] = [window.member("a"), window.member("b")].flatMap((member) => member ?? []);
  if (a === undefined || b === undefined) assert.fail();
  const version = { index: "traces", seqNo: 1, primaryTerm: 1 };
  window.documents.keep({ id: "old", version, members: [a, b], text: undefined });
  window.documents.keep({ id: "a", version, members: [a], text: undefined });
  assert.deepEqual(window.documents.obsolete(), []);
  window.documents.keep({ id: "b", version, members: [b], text: undefined });
  assert.deepEqual(
    window.documents.obsolete().map(({ id }) => id),
    ["old"],
  );
});

test("written groups leave after their time, and early when the window is full", () => {
  const { window, admit } = windowWith();
  for (let place = 0; place < 10; place += 1) admit(0, { id: `s${place}`, start: 0, end: 9 });
  write(window, 100);
  assert.equal(forgettableGroups(window, limits, 899, false).groups.length, 0);
  assert.equal(forgettableGroups(window, limits, 1000, false).groups.length, 10);
  const full = forgettableGroups(window, { ...limits, maxOpenSpans: 8 }, 101, false);
  assert.deepEqual([full.groups.length, full.early], [3, 3]);
});

test("while there is more to read, written groups stay beyond their time, unless the window is full", () => {
  const { window, admit } = windowWith();
  for (let place = 0; place < 10; place += 1) admit(0, { id: `s${place}`, start: 0, end: 9 });
  write(window, 100);
  assert.equal(forgettableGroups(window, limits, 100_000, true).groups.length, 0);
  const full = forgettableGroups(window, { ...limits, maxOpenSpans: 8 }, 100_000, true);
  assert.deepEqual([full.groups.length, full.early], [3, 0]);
});

test("a cursor stays before the oldest span in the window, and follows when it leaves", () => {
  const { window, progress, admit } = windowWith();
  admit(0, { id: "a", start: 0, end: 9 }, { id: "b", start: 0, end: 9 });
  admit(50, { id: "c", start: 0, end: 9 });
  write(window, 100);
  const cursor = () => progress.cursors().map(({ committed, read }) => [committed, read])[0];
  assert.deepEqual(cursor(), [-1, 2]);
  window.forget([window.member("a")?.group ?? assert.fail()]);
  assert.deepEqual(cursor(), [0, 2]);
  window.forget([window.member("b")?.group ?? assert.fail(), window.member("c")?.group ?? assert.fail()]);
  assert.deepEqual(cursor(), [2, 2]);
  assert.equal(window.size, 0);
});

test("cursors of shards that are not there stay as they were", () => {
  const away = { index: "spans_old", uuid: "gone", shard: 1, committed: 5, read: 7 };
  const progress = new Progress([away]);
  assert.deepEqual(progress.cursors(), [away]);
  assert.equal(progress.readUpTo(away), 5);
  assert.equal(progress.readUpTo({ ...away, uuid: "anew" }), -1);
});

test("of one span id the first document by agent and id counts, and of one document the latest", () => {
  const { window, progress } = windowWith();
  const admit = (agent: string, documentId: string, end: number) => {
    const hold = progress.open({ shard, after: -1, upTo: 0, hits: [] });
    return window.admit({ ...spanOf({ id: "a", start: 0, end }, agent), documentId }, hold, 0, 0);
  };
  assert.equal(admit("a2", "x", 5), true);
  assert.equal(admit("a2", "y", 6), false);
  assert.equal(admit("a1", "z", 7), true);
  assert.equal(admit("a2", "x", 8), false);
  assert.equal(admit("a1", "z", 9), true);
  assert.equal(admit("a1", "z", 9), false);
  assert.equal(window.size, 1);
  assert.equal(window.member("a")?.span.end, spanOf({ id: "a", start: 0, end: 9 }).end);
});
