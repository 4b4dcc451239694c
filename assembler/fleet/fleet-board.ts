import type { AgentStatus } from "./agent-status";

/** How every agent was at the last look; empty while another assembler watches. The watch writes it, the metrics read it. */
export class FleetBoard {
  statuses: readonly AgentStatus[] = [];
}
