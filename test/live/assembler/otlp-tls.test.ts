import assert from "node:assert/strict";
import https from "node:https";
import type { AddressInfo } from "node:net";
import { after, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { waitFor } from "../../testbed/wait-for";
import { spanText } from "../../unit/assembler/support/span-text";
import { Certificates } from "./support/certificates";
import { LiveAssembler } from "./support/live-assembler";
import { LiveElastic } from "./support/live-elastic";

const token = "a-token-of-this-test";
const key = "a-key-of-this-test";
const certificates = new Certificates();
/** Bodies of the requests that carried both secrets, and how many requests did not. */
const taken: string[] = [];
let turnedAway = 0;
let endpoint = "";
let receiver: https.Server;

const elastic = new LiveElastic(async () => {
  await certificates.makeAuthority("ours");
  await certificates.makeAuthority("another");
  await certificates.makeServerCertificate("ours");
  receiver = await openReceiver();
  endpoint = `https://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  await elastic.spans.write([
    { index: "spans_sold", id: "s1", text: spanText({ id: "s1", traceId: "t1", start: 1, end: 8 }) },
  ]);
});
after(() => {
  receiver?.close();
  receiver?.closeAllConnections();
  certificates.close();
});

/** A backend that takes OTLP over TLS from whoever has both secrets, and tells others what they sent. */
async function openReceiver(): Promise<https.Server> {
  const tls = { cert: certificates.read("chain.pem"), key: certificates.read("node.key") };
  const server = https.createServer(tls, (request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { authorization, "x-api-key": apiKey } = request.headers;
      response.setHeader("content-type", "application/json");
      if (authorization === `Bearer ${token}` && apiKey === key && request.url === "/v1/traces") {
        taken.push(gunzipSync(Buffer.concat(chunks)).toString("utf8"));
        response.end("{}");
      } else {
        turnedAway += 1;
        response.statusCode = 401;
        response.end(JSON.stringify({ message: `not one of ours: ${authorization} ${apiKey}` }));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

/** An assembler that exports to the receiver; all of them go on where the one before ended. */
async function startExporter(authority: string | undefined, headers: Record<string, string>): Promise<LiveAssembler> {
  const ca = authority === undefined ? {} : { ca_file: certificates.file(authority) };
  const to = { endpoint, encoding: "json", headers, poll_interval_ms: 100, ...ca } as const;
  const exporter = elastic.own(new LiveAssembler({ url: elastic.elasticsearch.nodeUrl }, { otlp: { export: to } }));
  await exporter.start();
  return exporter;
}

async function reasonOfFailure(exporter: LiveAssembler): Promise<string> {
  const failed = () => exporter.log.find(({ msg }) => String(msg).startsWith("traces are not exported now"));
  await waitFor(async () => failed() !== undefined, { timeoutMs: 60_000, what: "the export to fail" });
  return String(failed()?.reason);
}

const secrets = { Authorization: `Bearer ${token}`, "X-Api-Key": key };

function holdsNoSecret(exporter: LiveAssembler): void {
  assert.equal(exporter.rawLog.includes(token), false);
  assert.equal(exporter.rawLog.includes(key), false);
}

test("a backend whose certificate is of another authority is sent nothing, and the log says whose it is and what to set", async () => {
  const presented = `SHA-256 ${certificates.fingerprintOf("node.pem")}`;
  for (const authority of ["another.pem", undefined]) {
    const exporter = await startExporter(authority, secrets);
    const reason = await reasonOfFailure(exporter);
    assert.ok(reason.startsWith(`${endpoint} is not trusted: `), reason);
    assert.ok(reason.includes("CN=node, issued by CN=ours") && reason.includes(presented), reason);
    assert.match(reason, /otlp\.export\.ca_file takes/);
    holdsNoSecret(exporter);
    await exporter.end("SIGTERM");
  }
  assert.deepEqual([taken.length, turnedAway], [0, 0]);
});

test("a wrong token is said to be refused, and the log has neither secret though the backend repeats them", async () => {
  const exporter = await startExporter("ours.pem", { ...secrets, Authorization: `Bearer ${token}-old` });
  const reason = await reasonOfFailure(exporter);
  assert.match(reason, /answered 401: .*not one of ours: \*\*\* \*\*\*/);
  holdsNoSecret(exporter);
  const status = await exporter.get("/api/status");
  assert.equal(status?.body.includes(token) || status?.body.includes(key), false);
  await exporter.end("SIGTERM");
});

test("with the right authority and token the trace that waited arrives", async () => {
  const exporter = await startExporter("ours.pem", secrets);
  await waitFor(async () => taken.some((body) => body.includes('"1700000000123456790"')), {
    timeoutMs: 60_000,
    what: "the trace to arrive",
  });
  holdsNoSecret(exporter);
  assert.equal(await exporter.end("SIGTERM"), "ended with status 0");
});
