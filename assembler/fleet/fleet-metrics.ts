import { Gauge, type Registry } from "prom-client";
import type { AgentStatus } from "./agent-status";
import type { FleetBoard } from "./fleet-board";

/** Agents with figures of their own; the others are counted by status only. */
const mostAgents = 1000;

/** Gauges per agent; those of agents that left are gone with the next scrape. */
export function addFleetMetrics(registry: Registry, board: FleetBoard): void {
  const byAgent = (name: string, help: string, read: (status: AgentStatus) => number | null) =>
    new Gauge({
      name: `deeptrace_assembler_agent_${name}`,
      help,
      labelNames: ["agent"],
      registers: [registry],
      collect() {
        this.reset();
        for (const status of board.statuses.slice(0, mostAgents)) {
          const value = read(status);
          if (value !== null) this.set({ agent: status.agent }, value);
        }
      },
    });
  new Gauge({
    name: "deeptrace_assembler_agents",
    help: "Agents by status",
    labelNames: ["status"],
    registers: [registry],
    collect() {
      this.reset();
      for (const { status } of board.statuses) this.inc({ status });
    },
  });
  byAgent("ok", "1 while the agent's status is ok", ({ status }) => (status === "ok" ? 1 : 0));
  byAgent("last_span_timestamp_seconds", "When a new document of the agent was last seen", ({ last_span_at }) =>
    last_span_at === null ? null : last_span_at / 1000,
  );
  byAgent("unread_documents", "Documents of the agent not read yet", ({ unread }) => unread);
  byAgent("documents_per_second", "New documents of the agent between the last two looks", ({ rate }) => rate);
  byAgent("rejected_documents", "Documents of the agent rejected in the last minute", ({ rejected }) => rejected);
  byAgent("api_up", "1 while the agent's API answers, 0 while it does not; absent where it is not asked", ({ api }) =>
    api.state === "not asked" ? null : Number(api.state === "answers"),
  );
  byAgent("clock_offset_seconds", "How far the host's clock is ahead of the assembler's", ({ clock_offset_ms }) =>
    clock_offset_ms === null ? null : clock_offset_ms / 1000,
  );
}
