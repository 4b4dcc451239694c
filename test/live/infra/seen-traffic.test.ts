import assert from "node:assert/strict";
import { test } from "node:test";
import { setUpIndices } from "../../../assembler/elastic/index-setup";
import { type Traffic, withTraffic } from "../../../infra/cli/plan/traffic";
import { LiveElastic } from "../assembler/support/live-elastic";

/** What `agents plan` finds of services and traces, in every form and under every mapping that spans come in. */

const elastic = new LiveElastic();
const { spans } = elastic;
const windowMinutes = 15;
const now = `${Date.now()}000000`;
const longAgo = `${Date.now() - 2 * windowMinutes * 60_000}000000`;
/** By a clock that counts from its host's boot. */
const sinceBoot = "520522930241342";

const nested = (component: string, start = now) =>
  `{"tag":{"ebpf_tag":{"component":"${component}"}},"metric":{"start_time":${start}}}`;
const flat = (component: string, start = now) => `{"component":"${component}","start_time":${start}}`;

async function store(index: string, ...documents: readonly string[]): Promise<void> {
  for (const document of documents) await spans.ask("POST", `/${index}/_doc?refresh=true`, document);
}

function withStored<Result>(work: (traffic: Traffic) => Promise<Result>): Promise<Result> {
  return withTraffic({ ...elastic.elasticsearch, requestTimeout: 10, bulkSize: 64 }, windowMinutes, work);
}

function servicesByIndex(): Promise<Record<string, readonly string[]>> {
  return withStored(async (traffic) => Object.fromEntries([...traffic.servicesByIndex].sort()));
}

test("where no agent has written yet, no service is seen", async () => {
  await setUpIndices(elastic.connection);
  assert.deepEqual(await servicesByIndex(), {});
});

test("services are seen in nested and in flat spans, also in indices that agents made before our template", async () => {
  await spans.ask("DELETE", "/_index_template/deeptrace-spans");
  await store("spans_early", flat("cart"), nested("web"), flat("past", longAgo));
  await setUpIndices(elastic.connection);
  await store("spans_nested", nested("shop"), nested("shop"), nested("past", longAgo));
  await store("spans_flat-000001", flat("rate"), flat("past", longAgo));
  await store("spans_flat-000002", flat("geo"));
  await store("spans_boot", flat("clockless", sinceBoot));
  await store("spans_rejected", flat("nobody"));
  assert.deepEqual(await servicesByIndex(), {
    spans_boot: ["clockless"],
    spans_early: ["cart", "web"],
    spans_flat: ["geo", "rate"],
    spans_nested: ["shop"],
  });
});

test("an index of the template from before flat spans were in it is searched as well", async () => {
  const long = { type: "long" };
  const keyword = { type: "keyword" };
  const tag = { properties: { ebpf_tag: { properties: { component: keyword } } } };
  const properties = { tag, metric: { properties: { start_time: long } } };
  await spans.ask("PUT", "/_index_template/before", before(properties));
  await store("spans_before", nested("old"), flat("new"));
  await spans.ask("DELETE", "/_index_template/before");
  assert.deepEqual((await servicesByIndex()).spans_before, ["new", "old"]);
});

function before(properties: object): string {
  const template = { mappings: { dynamic: false, properties } };
  return JSON.stringify({ index_patterns: ["spans_before"], priority: 1000, template });
}

test("traces of clocks that count from a boot count in the window by their minutes", async () => {
  const trace = (start: string, minutes: number[]) =>
    JSON.stringify({ start_time: start, minutes, services: ["clockless"] }).replace(`"${start}"`, start);
  const minute = Math.floor(Date.now() / 60_000) * 60_000;
  await store("traces", trace(sinceBoot, [minute]), trace(sinceBoot, [minute - 3_600_000]), trace(sinceBoot, []));
  await store("traces", trace(now, [minute]), trace(longAgo, [minute]));
  await withStored(async (traffic) => {
    assert.equal(traffic.traces, 2);
    assert.deepEqual(await traffic.tracesWith(new Map([["c", ["clockless"]]])), new Map([["c", 2]]));
  });
});
