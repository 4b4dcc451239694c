import assert from "node:assert/strict";
import { test } from "node:test";
import { waitFor } from "../../testbed/wait-for";
import { mixedRequest, type SeenSketch } from "../../unit/assembler/support/mixed-request";
import { spanText } from "../../unit/assembler/support/span-text";
import { LiveAssembler } from "./support/live-assembler";
import { LiveElastic } from "./support/live-elastic";

const elastic = new LiveElastic(async () => {
  const reading = { poll_interval_ms: 100 };
  assembler = elastic.own(new LiveAssembler({ url: elastic.elasticsearch.nodeUrl }, { reading }));
  await assembler.start();
});
const { spans } = elastic;
let assembler: LiveAssembler;

function arrivalOf({ agent, sketch }: SeenSketch) {
  return { index: `spans_${agent}`, id: sketch.id, text: spanText(sketch) };
}

/** How many documents hold exactly these values. */
async function count(index: string, values: Readonly<Record<string, unknown>>): Promise<number> {
  const filter = Object.entries(values).map(([field, value]) => ({ term: { [field]: value } }));
  await spans.ask("POST", `/${index}/_refresh`);
  const answer = await spans.ask("POST", `/${index}/_count`, JSON.stringify({ query: { bool: { filter } } }));
  return JSON.parse(answer).count;
}

test("traces of mixed protocols are found by endpoint, status and error, and counted by them", async () => {
  const requests = Array.from({ length: 10 }, (_, number) => mixedRequest(number));
  // The last one's cart is called by nobody who is seen: it is the root of a trace of its own.
  const seen = requests.flatMap((request, number) =>
    request.filter(({ sketch }) => sketch.id !== "grpc9" || number < 9),
  );
  await spans.write(seen.map(arrivalOf));
  const whole = { endpoint: "GET /", status_code: "200", error: true, span_num: 9 };
  const found = async () => (await count("traces", whole)) === 9;
  await waitFor(found, { timeoutMs: 60_000, what: "nine whole traces" });
  const alone = { endpoint: "/shop.Cart/Add", protocol: "gRPC", status_code: "UNAVAILABLE", error: true, span_num: 1 };
  assert.equal(await count("traces", alone), 1);
  assert.equal(await count("traces", { endpoint: "GET /", error: false, span_num: 7 }), 1);
  const counted = async () =>
    (await count("call_graph", { endpoint: "SELECT orders", protocol: "MySQL", count: 10 })) === 1;
  await waitFor(counted, { timeoutMs: 60_000, what: "ten calls of the database" });
  assert.equal(await count("service_metrics", { service: "cart", endpoint: "/shop.Cart/Add", errors: 10 }), 1);
  assert.equal((await assembler.verify()).lost, 0);
});
