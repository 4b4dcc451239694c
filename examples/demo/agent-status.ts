/** What the demo reads of an agent's `GET /api/status`. */
export interface AgentStatus {
  services: { name: string; pids: number[] }[];
  /** Counts since the agent started. */
  spans: { paired: number; written: number; buffered: number; dropped: number };
}

/** Asks the agent's API; undefined while it does not answer. */
export async function agentStatus(apiUrl: string): Promise<AgentStatus | undefined> {
  try {
    const response = await fetch(`${apiUrl}/api/status`, { signal: AbortSignal.timeout(2000) });
    return response.ok ? ((await response.json()) as AgentStatus) : undefined;
  } catch {
    return undefined;
  }
}

/** True once the agent watches a process of every one of its services. */
export function watchesAll(status: AgentStatus | undefined, services: number): boolean {
  return status !== undefined && status.services.length === services && status.services.every((s) => s.pids.length > 0);
}
