import path from "node:path";
import { freePort } from "../free-port";
import type { ElasticsearchClusterNode, RunningCluster } from "../parts";
import type { OwnedProcesses } from "../processes/owned-processes";
import { haveTool } from "../tools/cached-tool";
import { type ElasticsearchMajor, elasticsearchHome, javaOf } from "../tools/elasticsearch-home";
import { waitFor } from "../wait-for";
import { ElasticsearchNode } from "./elasticsearch-node";

/** As few as can lose one and still agree on who leads. */
const memberNames = ["node-1", "node-2", "node-3"];

/** Starts the nodes of a cluster at once; none serves requests before most of them are there. */
export async function startCluster(
  processes: OwnedProcesses,
  directory: string,
  major: ElasticsearchMajor,
): Promise<RunningCluster> {
  const home = await haveTool(elasticsearchHome(major));
  const java = await javaOf(major);
  const members = await Promise.all(memberNames.map(async (name) => ({ name, transportPort: await freePort() })));
  const nodes = await Promise.all(
    members.map(async (member): Promise<ElasticsearchClusterNode> => {
      const place = { home, java, directory: path.join(directory, "cluster", member.name) };
      const node = await ElasticsearchNode.start(processes, place, { ...member, members });
      return { name: member.name, url: node.url, kill: () => node.end("SIGKILL"), start: () => node.start() };
    }),
  );
  return { nodes, settled: (count) => untilSettled(nodes, count) };
}

/** Waits until so many nodes are together and hold every copy of every shard. */
async function untilSettled(nodes: readonly ElasticsearchClusterNode[], count: number): Promise<void> {
  const query = `wait_for_nodes=${count}&wait_for_status=green&wait_for_no_relocating_shards=true&timeout=2s&master_timeout=2s`;
  const isSettled = async ({ url }: ElasticsearchClusterNode) => {
    const response = await fetch(`${url}/_cluster/health?${query}`);
    return response.ok && !((await response.json()) as { timed_out: boolean }).timed_out;
  };
  await waitFor(
    async () => (await Promise.all(nodes.map((node) => isSettled(node).catch(() => false)))).includes(true),
    {
      timeoutMs: 120_000,
      what: `${count} nodes with all copies of their shards`,
    },
  );
}
