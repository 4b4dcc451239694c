import type { ProcessEntry } from "./process-table";

/** What the settings say is to be watched. */
export interface WatchedServices {
  /** Processes to watch whatever their command line. */
  pids: readonly number[];
  /** Service name to a pattern of its processes' command lines. */
  services: Readonly<Record<string, string>>;
}

/** A process to watch, and under which name. */
export interface ServiceProcess {
  pid: number;
  service: string;
}

/**
 * The processes to watch. Never among them: the agent, what it started, what started it (their command lines may quote a
 * pattern), and strace. The first service whose pattern matches, by name, gets the process; a watched pid that no pattern
 * names goes by the name of its executable.
 */
export function chooseServices(
  processes: readonly ProcessEntry[],
  watched: WatchedServices,
  agentPid: number,
): ServiceProcess[] {
  const patterns = Object.entries(watched.services)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([service, pattern]) => ({ service, pattern: new RegExp(pattern) }));
  const own = kinOf(processes, agentPid);
  return processes.flatMap(({ pid, name, commandLine }) => {
    if (own.has(pid) || name === "strace") return [];
    const named = patterns.find(({ pattern }) => pattern.test(commandLine))?.service;
    const service = named ?? (watched.pids.includes(pid) ? name : undefined);
    return service === undefined ? [] : [{ pid, service }];
  });
}

/** The agent, its ancestors and its descendants. */
function kinOf(processes: readonly ProcessEntry[], agentPid: number): Set<number> {
  const parents = new Map(processes.map(({ pid, parent }) => [pid, parent]));
  const ancestors = (pid: number): number[] => {
    const line: number[] = [];
    for (let at = parents.get(pid); at !== undefined && at > 0 && !line.includes(at); at = parents.get(at))
      line.push(at);
    return line;
  };
  const descendants = processes.filter(({ pid }) => ancestors(pid).includes(agentPid)).map(({ pid }) => pid);
  return new Set([agentPid, ...ancestors(agentPid), ...descendants]);
}
