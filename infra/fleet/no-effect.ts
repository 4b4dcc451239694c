import type { FleetParts } from "./fleet-schema";

/** A key of the original file that is accepted and does nothing here, and why. */
export interface NoEffect {
  readonly path: readonly (string | number)[];
  readonly reason: string;
}

const reasons = {
  elastic: {
    kibana_password: "nothing here talks to Kibana",
    agent_status_index: "agents are asked for their status, they do not write it",
  },
  server: {
    port: "agents do not call the server",
    path: "agents do not call the server",
  },
  agent_info: {
    deeptrace_port: "the agent's port is [agents.api] port",
    code_path: "agents are kept under /opt/deeptrace or ~/.deeptrace, so that they can be removed without a trace",
    user_id: "the fleet belongs to whoever owns the stack",
  },
} as const;

/** Keys of the original file that have no effect, so that nobody waits for one. */
export function keysWithoutEffect(fleet: FleetParts): NoEffect[] {
  return [
    ...present(["elastic"], fleet.elastic ?? {}, reasons.elastic),
    ...present(["server"], fleet.server ?? {}, reasons.server),
    ...fleet.agents.flatMap((agent, index) =>
      present(["agents", index, "agent_info"], agent?.agent_info ?? {}, reasons.agent_info),
    ),
  ];
}

function present(path: (string | number)[], table: object, known: Readonly<Record<string, string>>): NoEffect[] {
  return Object.entries(known)
    .filter(([key]) => Reflect.get(table, key) !== undefined)
    .map(([key, reason]) => ({ path: [...path, key], reason }));
}
