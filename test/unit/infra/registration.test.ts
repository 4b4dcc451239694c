import assert from "node:assert/strict";
import { test } from "node:test";
import { ElasticError } from "../../../assembler/elastic/elastic-error";
import { readSearchHits } from "../../../assembler/elastic/search-hits";
import type { AgentSpec } from "../../../infra/fleet/fleet";
import type { Properties } from "../../../infra/provider-server/property-value";
import { agentListTemplate } from "../../../infra/registration/agent-list-index";
import { apiUrl } from "../../../infra/registration/api-url";
import {
  documentOf,
  inputFaults,
  isGateDue,
  isWriteDue,
  observedEntry,
  planChange,
  recordedInputs,
  writtenState,
} from "../../../infra/registration/registration-decisions";
import { agentEntry, dataGate, revisionOf } from "../../../infra/registration/registration-entry";
import { entryFault, removalFault, unseenEntry } from "../../../infra/registration/registration-faults";
import { judgeArrival, passes, shardMarks, shardsWithNews } from "../../../infra/registration/span-arrival";

const commit = "0123456789abcdef0123456789abcdef01234567";
const config = {
  agent: { name: "web-1", workers: 1 },
  api: { address: "0.0.0.0", port: 7899, workers: 1, ident: "deeptrace" },
  sender: { batch_size: 1024, elastic: { index_name: "spans_web-1", node_url: "http://es:9200", password: "hunter2" } },
  ebpf: { pids: [7], services: { shop: "shop\\.js", cart: "cart\\.js" } },
};
const agent: AgentSpec = {
  name: "web-1",
  tags: [],
  host: { target: { host: "198.51.100.11", port: 22, user: "root", become: false }, serviceManager: "systemd" },
  source: { repo: "https://example.com/agent.git", ref: "main" },
  config,
};
const settings = { ...config, sender: { batch_size: 1024, since: new Date(0), elastic: { password: "[secret]" } } };
const entry = agentEntry(agent, { version: commit, settings, publicDigest: "0123456789ab" }, "org/deeptrace/prod");
const elastic = { url: "http://es:9200", username: "elastic", password: "hunter2" };
const inputs = recordedInputs({
  agent: "web-1",
  elastic,
  entry: entry as unknown as Properties,
  revision: "r1",
  onUnreachable: "fail",
});
const at = "2026-01-02T03:04:05.000Z";
const state = writtenState(undefined, inputs, at);
const old = { state, inputs };
const withGate = { ...inputs, gate: { index: "spans_web-1", deadlineSeconds: 120, traced: "pid 7" } };

test("the entry of an agent says where it is, what it runs and what it traces, and holds no secret", () => {
  assert.deepEqual(documentOf(state), {
    agent_name: "web-1",
    host: "198.51.100.11",
    ssh_port: 22,
    index_name: "spans_web-1",
    version: commit,
    service_manager: "systemd",
    api: { address: "0.0.0.0", port: 7899, url: "http://198.51.100.11:7899" },
    services: ["cart", "shop"],
    pids: [7],
    config: {
      ...config,
      sender: { batch_size: 1024, since: "1970-01-01T00:00:00.000Z", elastic: { password: "[secret]" } },
    },
    config_digest: "0123456789ab",
    stack: "org/deeptrace/prod",
    registered_at: at,
    updated_at: at,
  });
});

test("no key of a user's configuration grows the mapping of agent_list", () => {
  const { dynamic, properties } = agentListTemplate.template.mappings;
  assert.equal(dynamic, false);
  assert.deepEqual(properties.config, { type: "object", enabled: false });
  assert.deepEqual(Object.keys(documentOf(state)).sort(), Object.keys(properties).sort());
});

const urls: [string, { address: string; port: number }, string][] = [
  ["198.51.100.11", { address: "0.0.0.0", port: 1 }, "http://198.51.100.11:1"],
  ["2001:db8::1", { address: "::", port: 2 }, "http://[2001:db8::1]:2"],
  ["198.51.100.11", { address: "127.0.0.1", port: 3 }, "http://127.0.0.1:3"],
];
for (const [host, api, url] of urls) {
  test(`an API of ${host} that listens on ${api.address} is found at ${url}`, () =>
    assert.equal(apiUrl(host, api), url));
}

test("a revision tells another version and another configuration", () => {
  const revisions = [
    revisionOf(commit, "a = 1\n"),
    revisionOf(commit, "a = 2\n"),
    revisionOf("f".repeat(40), "a = 1\n"),
  ];
  assert.equal(new Set(revisions).size, 3);
  assert.equal(revisionOf(commit, "a = 1\n"), revisions[0]);
});

test("a gate says what the agent traces, and an agent that traces nothing has nothing to wait for", () => {
  assert.deepEqual(dataGate(agent, 60), {
    index: "spans_web-1",
    deadlineSeconds: 60,
    traced: "service shop (shop\\.js), service cart (cart\\.js), pid 7",
  });
  assert.equal(dataGate({ ...agent, config: { ...config, ebpf: { pids: [] } } }, 60).traced, "");
});

test("an unchanged registration plans nothing, also when its gate is another one", () => {
  assert.deepEqual(planChange(old, inputs).changes, []);
  assert.deepEqual(planChange(old, withGate).changes, []);
});

test("a changed version plans an update; only another agent name asks for another registration", () => {
  const newer = { ...inputs, entry: { ...(entry as unknown as Properties), version: "f".repeat(40) } };
  assert.deepEqual(planChange(old, newer), {
    changes: [{ path: ["entry", "version"], kind: "update" }],
    replaces: [],
    deleteBeforeReplace: true,
  });
  assert.deepEqual(planChange(old, { ...inputs, agent: "web-2" }).replaces, [["agent"]]);
});

test("a gate is due once for each revision, and only if there is one", () => {
  assert.equal(isGateDue(undefined, withGate), true);
  assert.equal(isGateDue(state, withGate), false);
  assert.equal(isGateDue(state, { ...withGate, revision: "r2" }), true);
  assert.equal(isGateDue(state, { ...inputs, revision: "r2" }), false);
});

test("a changed password or policy alone does not write the entry again", () => {
  assert.equal(isWriteDue(state, { ...inputs, elastic: { ...elastic, password: "other" }, revision: "r2" }), false);
  assert.equal(isWriteDue(state, { ...inputs, onUnreachable: "skip" }), false);
  assert.equal(isWriteDue(state, { ...inputs, elastic: { ...elastic, url: "http://other:9200" } }), true);
  assert.equal(isWriteDue({ ...state, observed: "absent" }, inputs), true);
});

test("the time of the first registration stays", () => {
  const later = writtenState(state, inputs, "2027-01-01T00:00:00.000Z");
  assert.deepEqual([later.registeredAt, later.updatedAt], [at, "2027-01-01T00:00:00.000Z"]);
});

const found = documentOf(state) as Record<string, unknown>;
const drifts: { name: string; found: Record<string, unknown> | undefined; reads: string }[] = [
  { name: "the document as it was written", found: { ...found }, reads: "registered" },
  { name: "no document", found: undefined, reads: "absent" },
  {
    name: "another version",
    found: { ...found, version: "1a2b" },
    reads: `altered: version is "1a2b", should be "${commit}"`,
  },
  { name: "a field too many", found: { ...found, note: "mine" }, reads: "altered: note should not be there" },
  {
    name: "many differences",
    found: { agent_name: "web-1" },
    reads:
      'altered: api is missing, should be {"address":"0.0.0.0","port":7899,"url":"http://198.51.100.11…; config is missing',
  },
];
for (const { name, found: document, reads } of drifts) {
  test(`${name} reads as ${reads.split(" ", 1)[0]}`, () => {
    const observed = observedEntry(state, document);
    assert.equal(observed.slice(0, reads.length), reads);
    assert.equal(
      planChange({ state: { ...state, observed }, inputs }, inputs).changes.length,
      observed === "registered" ? 0 : 1,
    );
  });
}

test("what has not the agreed shape is named without a value", () => {
  assert.deepEqual(inputFaults(inputs), []);
  assert.deepEqual(
    inputFaults({ ...inputs, revision: 1, elastic: { url: "http://es", username: "u" }, gate: "data" }),
    ["revision is not a text", "elastic.password is not a text", "gate is not a table"],
  );
});

const faults: { kind: ElasticError["kind"]; up: RegExp; down: RegExp; seen: string }[] = [
  {
    kind: "unreachable",
    up: /^agent "web-1": cannot be entered into agent_list: Elasticsearch at http:\/\/es:9200 does not answer \(why\): start it, check url in \[elastic\], or leave agents unregistered: pulumi config set deeptrace:register false$/,
    down: /cannot be removed from agent_list: .*: start it, or, if it is gone for good, run this again with DEEPTRACE_ON_UNREACHABLE=skip$/,
    seen: "unreachable: why",
  },
  {
    kind: "denied",
    up: /refuses user "elastic" \(why\): check username and elastic_password/,
    down: /refuses user "elastic"/,
    seen: "login refused: why",
  },
  {
    kind: "failed",
    up: /Elasticsearch at http:\/\/es:9200: why: run pulumi up again/,
    down: /why/,
    seen: "not readable: why",
  },
];
for (const { kind, up, down, seen } of faults) {
  test(`an Elasticsearch that is ${kind} is reported with what to do, and never with a password`, () => {
    const error = new ElasticError(kind, "why");
    assert.match(entryFault("web-1", elastic, error), up);
    assert.match(removalFault("web-1", elastic, error), down);
    assert.equal(unseenEntry(error), seen);
    assert.doesNotMatch(`${entryFault("web-1", elastic, error)}${removalFault("web-1", elastic, error)}`, /hunter2/);
  });
}

const statsOf = (uuid: string, ...highest: number[]) => ({
  uuid,
  shards: Object.fromEntries(
    highest.map((max, shard) => [`${shard}`, [{ routing: { primary: true }, seq_no: { max_seq_no: max } }]]),
  ),
});
const stats = (uuid: string, ...highest: number[]) =>
  shardMarks({ indices: { "spans_web-1": statsOf(uuid, ...highest) } });

test("news of an index is what its shards have beyond their marks; an index made anew is new altogether", () => {
  const index = "spans_web-1";
  assert.deepEqual(shardsWithNews(stats("u", 5, 7), stats("u", 5, 7)), []);
  assert.deepEqual(shardsWithNews(stats("u", 5, 7), stats("u", 5, 9)), [{ index, shard: "1", after: 7 }]);
  assert.deepEqual(shardsWithNews(shardMarks({}), stats("u", 0)), [{ index, shard: "0", after: -1 }]);
  assert.deepEqual(shardsWithNews(stats("u", 5), stats("v", 3)), [{ index, shard: "0", after: -1 }]);
});

test("news behind an alias are those of all its indices, also of one that a rollover made meanwhile", () => {
  const first = { "spans_web-1-000001": statsOf("u", 5) };
  const before = shardMarks({ indices: first });
  const second = { "spans_web-1-000002": statsOf("v", 0) };
  assert.deepEqual(shardsWithNews(before, shardMarks({ indices: { ...first, ...second } })), [
    { index: "spans_web-1-000002", shard: "0", after: -1 },
  ]);
});

const span = (id: string, direction = "Ingress") =>
  `{"_index":"spans_web-1","_id":"${id}","_source":{"context":{"span_id":"${id}"},"tag":{"ebpf_tag":{"direction":"${direction}"}},` +
  '"metric":{"start_time":1766000000000000001,"end_time":1766000000000000002}}}';
const hits = (...sources: string[]) =>
  readSearchHits(Buffer.from(`{"_shards":{"failed":0},"timed_out":false,"hits":{"hits":[${sources.join(",")}]}}`)).hits;

test("an agent passes when most of what arrives reads as spans, as the assembler reads them", () => {
  assert.equal(passes(judgeArrival("web-1", hits())), false);
  assert.equal(passes(judgeArrival("web-1", hits(span("s1"), span("s2"), span("s3", "Sideways")))), true);
  const odd = judgeArrival("web-1", hits(span("s1"), span("s2", "Sideways")));
  assert.equal(passes(odd), false);
  assert.match(odd.reason ?? "", /direction: got "Sideways"; allowed: Ingress or Egress/);
});
