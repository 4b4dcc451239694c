import type { AgentSpec, ServiceManager } from "../../../infra/fleet/fleet";

/** An agent that tests may look at; what is given replaces its parts. */
export function agentSpec({
  name = "web-1",
  serviceManager = "systemd",
}: {
  name?: string;
  serviceManager?: ServiceManager;
} = {}): AgentSpec {
  return {
    name,
    host: { target: { host: "198.51.100.11", port: 22, user: "root", become: false }, serviceManager },
    source: { repo: "https://git.example.org/agent.git", ref: "main" },
    config: {
      agent: { name, workers: 1 },
      api: { address: "0.0.0.0", port: 7899, workers: 1, ident: "deeptrace" },
      sender: {
        batch_size: 1024,
        elastic: {
          node_url: "http://198.51.100.9:9200",
          username: "elastic",
          password: 'hunter2"\\',
          index_name: `spans_${name}`,
        },
        flat_file: { file_size_limit: 1_073_741_824 },
      },
      ebpf: { pids: [] },
    },
    tags: [],
  };
}
