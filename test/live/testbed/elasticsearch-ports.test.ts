import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { ElasticsearchNode } from "../../testbed/elasticsearch/elasticsearch-node";
import { freePort } from "../../testbed/free-port";
import { OwnedProcesses } from "../../testbed/processes/owned-processes";
import { haveTool } from "../../testbed/tools/cached-tool";
import { elasticsearchHome, javaOf } from "../../testbed/tools/elasticsearch-home";

test("a node whose port was taken meanwhile is started with another one, three times at most", async () => {
  const directory = mkdtempSync(path.join(tmpdir(), "elasticsearch-ports-"));
  const logs = path.join(directory, "processes");
  mkdirSync(logs);
  const processes = new OwnedProcesses(logs);
  const transportPort = await freePort();
  const other = createServer().listen(transportPort, "127.0.0.1");
  try {
    const place = {
      home: await haveTool(elasticsearchHome("8")),
      java: await javaOf("8"),
      directory: path.join(directory, "node"),
    };
    // The port of a member is agreed on before, so that it stays the one that is taken.
    const member = { name: "a", transportPort };
    await assert.rejects(ElasticsearchNode.start(processes, place, { ...member, members: [member] }), /status 1/);
    assert.equal(readdirSync(logs).filter((name) => name.endsWith(".log")).length, 3);
  } finally {
    other.close();
    await processes.close();
    rmSync(directory, { recursive: true, force: true });
  }
});
