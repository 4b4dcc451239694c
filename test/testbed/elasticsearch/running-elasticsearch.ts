import { randomBytes } from "node:crypto";
import path from "node:path";
import type { RunningElasticsearch } from "../parts";
import type { OwnedProcesses } from "../processes/owned-processes";
import { haveTool } from "../tools/cached-tool";
import { type ElasticsearchMajor, elasticsearchHome, javaOf } from "../tools/elasticsearch-home";
import { ElasticsearchNode } from "./elasticsearch-node";
import { openPasswordGate } from "./password-gate";

/** Starts Elasticsearch and the password in front of it. `gateway` is this machine's address as the hosts see it. */
export async function startElasticsearch(
  processes: OwnedProcesses,
  directory: string,
  gateway: string,
  major: ElasticsearchMajor,
): Promise<RunningElasticsearch> {
  const place = {
    home: await haveTool(elasticsearchHome(major)),
    java: await javaOf(major),
    directory: path.join(directory, "elasticsearch"),
  };
  const node = await ElasticsearchNode.start(processes, place);
  const username = "elastic";
  const password = randomBytes(15).toString("base64url");
  const port = await openPasswordGate(processes, {
    directory: path.join(directory, "nginx"),
    addresses: [gateway],
    upstream: new URL(node.url).host,
    user: username,
    password,
  });
  return {
    url: `http://${gateway}:${port}`,
    username,
    password,
    nodeUrl: node.url,
    stop: () => node.end("SIGTERM"),
    kill: () => node.end("SIGKILL"),
    start: () => node.start(),
  };
}
