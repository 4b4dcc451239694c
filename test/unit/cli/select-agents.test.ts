import assert from "node:assert/strict";
import { test } from "node:test";
import { selectAgents } from "../../../infra/cli/select-agents";

const fleet = [
  { name: "data-1", tags: ["eu", "storage"] },
  { name: "web-1", tags: ["edge", "eu"] },
  { name: "web-2", tags: ["edge", "us"] },
];
const chosen = (names: string[], tags: string[] = []) => selectAgents(fleet, { names, tags }).map(({ name }) => name);

test("without names and tags a command is for the whole fleet, in its order", () => {
  assert.deepEqual(chosen([]), ["data-1", "web-1", "web-2"]);
});

test("names pick agents in the order of the fleet, each once", () => {
  assert.deepEqual(chosen(["web-2", "data-1", "web-2"]), ["data-1", "web-2"]);
});

test("every tag narrows, also among names", () => {
  assert.deepEqual(chosen([], ["edge"]), ["web-1", "web-2"]);
  assert.deepEqual(chosen([], ["edge", "eu"]), ["web-1"]);
  assert.deepEqual(chosen(["web-2", "data-1"], ["edge"]), ["web-2"]);
});

test("all unknown names and tags are told at once, with the nearest that there is", () => {
  assert.throws(() => chosen(["web1", "nobody"], ["egde"]), {
    message: [
      'no agent "web1"; do you mean "web-1"? (the fleet file has data-1, web-1, web-2)',
      'no agent "nobody" (the fleet file has data-1, web-1, web-2)',
      'no tag "egde"; do you mean "edge"? (the fleet file has edge, eu, storage, us)',
    ].join("\n"),
  });
});

test("a selection that leaves nobody is a fault, not a success of nothing", () => {
  assert.throws(() => chosen([], ["edge", "storage"]), {
    message: 'no agent has tag "edge" and tag "storage": name fewer tags',
  });
  assert.throws(() => selectAgents([{ name: "a", tags: [] }], { names: [], tags: ["x"] }), {
    message: 'no tag "x" (this fleet file has no tags)',
  });
});
