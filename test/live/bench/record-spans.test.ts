import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { readRecording } from "../../../bench/workloads/recordings";
import { runCommand } from "../../testbed/processes/run-command";
import { spanText } from "../../unit/assembler/support/span-text";
import { LiveElastic } from "../assembler/support/live-elastic";

const elastic = new LiveElastic();
const directory = mkdtempSync(path.join(tmpdir(), "record-spans-"));
after(() => rmSync(directory, { recursive: true, force: true }));

const project = path.resolve(__dirname, "../../..");

test("spans of all agents become a recording that is read with its truth", async () => {
  const headers = ["X-Request-Id: r1"];
  const request = { headers, start: 0, end: 100, component: "web", from: "10.0.0.1:80", to: "10.0.0.9:4000" };
  const call = {
    ...request,
    direction: "Egress",
    start: 10,
    end: 50,
    from: "10.0.0.1:5000",
    to: "10.0.0.2:80",
  } as const;
  const served = { ...request, component: "users", start: 20, end: 40, from: "10.0.0.2:80", to: "10.0.0.1:5000" };
  await elastic.spans.write([
    { index: "spans_a", id: "request", text: spanText({ id: "request", ...request }) },
    { index: "spans_a", id: "call", text: spanText({ id: "call", ...call }) },
    { index: "spans_b", id: "served", text: spanText({ id: "served", ...served }) },
  ]);
  const file = path.join(directory, "shop-c1.ndjson.gz");
  const script = path.join(project, "bench/workloads/record.ts");
  const argv = [process.execPath, "--import", "tsx", script, elastic.elasticsearch.nodeUrl, file];
  const { code, stdout, stderr } = await runCommand(argv, { directory: project });
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^3 spans read/);
  const [workload] = readRecording(file);
  assert.equal(workload?.spans, 3);
  assert.deepEqual(
    workload?.processes.map(({ name, truth }) => [name, truth]),
    [["web", { requestOf: [0], traceOf: ["r1"] }]],
  );
});
