import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { ElasticConnection } from "../../../assembler/elastic/elastic-connection";
import type { AssemblerSettings } from "../../../assembler/settings/assembler-settings";
import { freePort } from "../../testbed/free-port";
import { OwnedProcesses } from "../../testbed/processes/owned-processes";
import { openTestbed, type Testbed } from "../../testbed/testbed";
import { waitFor } from "../../testbed/wait-for";
import { Certificates } from "./support/certificates";

const apiKey = Buffer.from("id:a-key-of-this-test").toString("base64");
const certificates = new Certificates();
const { directory } = certificates;
const processes = new OwnedProcesses(certificates.makeDirectory("processes"));
const file = (name: string) => certificates.file(name);
let testbed: Testbed;
let url = "";

function gateConfig(port: number, upstream: string): string {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (kind) => `${kind}_temp_path ${file(kind)};`,
  );
  return `daemon off; master_process off; pid ${file("nginx.pid")}; error_log stderr warn;
events {}
http { access_log off; ${temporary.join(" ")}
  server {
    listen 127.0.0.1:${port} ssl;
    ssl_certificate ${file("chain.pem")};
    ssl_certificate_key ${file("node.key")};
    if ($http_authorization != "ApiKey ${apiKey}") { return 401; }
    location / { proxy_pass http://${upstream}; proxy_set_header Authorization ""; }
  }
}
`;
}

before(async () => {
  testbed = await openTestbed();
  const elasticsearch = await testbed.elasticsearch();
  await certificates.makeAuthority("ours");
  await certificates.makeAuthority("another");
  await certificates.makeServerCertificate("ours");
  const port = await freePort();
  url = `https://127.0.0.1:${port}`;
  writeFileSync(file("nginx.conf"), gateConfig(port, new URL(elasticsearch.nodeUrl).host));
  const argv = ["nginx", "-p", directory, "-e", "stderr", "-c", file("nginx.conf")];
  await processes.start({ name: "nginx", argv, directory });
  await waitFor(async () => (await ask({ ca_file: file("ours.pem"), api_key: apiKey })) === 200, {
    timeoutMs: 15_000,
    what: "nginx to answer",
  });
});
after(async () => {
  await processes.close();
  await testbed?.close();
  certificates.close();
});

async function ask(settings: Partial<AssemblerSettings["elastic"]>): Promise<number> {
  const connection = new ElasticConnection({ url, ...settings });
  try {
    return (await connection.ask({ method: "GET", path: "/_cluster/health" })).status;
  } finally {
    await connection.close();
  }
}

const fingerprintOf = (name: string) => certificates.fingerprintOf(name);

test("the authority is known by its file or by its fingerprint, and the key opens", async () => {
  assert.equal(await ask({ ca_file: file("ours.pem"), api_key: apiKey }), 200);
  const fingerprint = fingerprintOf("ours.pem");
  assert.equal(await ask({ ca_fingerprint: fingerprint, api_key: apiKey }), 200);
  const plain = fingerprint.replaceAll(":", "").toLowerCase();
  assert.equal(await ask({ ca_fingerprint: plain, api_key: apiKey }), 200);
});

test("a server of another authority is not trusted, and the message names what it presented", async () => {
  const presented = new RegExp(`CN=node, issued by CN=ours, .*SHA-256 ${fingerprintOf("node.pem")}; CN=ours`);
  for (const settings of [{ ca_file: file("another.pem") }, { ca_fingerprint: fingerprintOf("another.pem") }, {}]) {
    await assert.rejects(ask({ ...settings, api_key: apiKey }), (error: Error & { kind?: string }) => {
      assert.equal(error.kind, "denied");
      assert.match(error.message, presented);
      assert.equal(error.message.includes(apiKey), false);
      return true;
    });
  }
});

test("a wrong key is said to be wrong, a missing file to be missing, and credentials can be changed on the way", async () => {
  const elastic = { url, ca_file: file("ours.pem"), api_key: "d3Jvbmc6a2V5" };
  await assert.rejects(ask(elastic), /Elasticsearch answered 401/);
  await assert.rejects(ask({ ca_file: file("none.pem") }), /^Error: elastic\.ca_file: cannot be read: ENOENT/);
  const connection = new ElasticConnection(elastic);
  connection.use({ url, ca_fingerprint: fingerprintOf("ours.pem"), api_key: apiKey });
  assert.equal((await connection.ask({ method: "GET", path: "/_cluster/health" })).status, 200);
  await connection.close();
});
