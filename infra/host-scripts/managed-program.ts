import type { ServiceManager } from "../fleet/fleet";
import { assemblerBundle, type HostLayout } from "./host-layout";
import type { StepOwner } from "./script-frame";

/** A program that we keep running on a host: an agent or the assembler. */
export interface ManagedProgram {
  readonly owner: StepOwner;
  readonly kind: "agent" | "assembler";
  readonly serviceManager: ServiceManager;
  /** Answers `GET path` on this address when it is healthy. */
  readonly health: HealthQuestion;
  /** Node.js on the host; only the assembler is started by it. */
  readonly node: string;
}

export interface HealthQuestion {
  /** IP address to ask on the host itself. */
  readonly address: string;
  readonly port: number;
  readonly path: string;
  /** The `name` that the JSON answer must have, if it has one at all. */
  readonly name: string | undefined;
}

/** An agent that listens on `address` (which may mean all addresses) and `port`. */
export function agentProgram(
  name: string,
  layout: HostLayout,
  serviceManager: ServiceManager,
  api: { readonly address: string; readonly port: number },
): ManagedProgram {
  return {
    owner: { label: `agent "${name}"`, name, layout },
    kind: "agent",
    serviceManager,
    health: { address: reachable(api.address), port: api.port, path: "/api/status", name },
    node: "node",
  };
}

/** The assembler, whose HTTP server listens on `address` and `port`. */
export function assemblerProgram(
  layout: HostLayout,
  serviceManager: ServiceManager,
  http: { readonly address: string; readonly port: number },
  node: string,
): ManagedProgram {
  return {
    owner: { label: "assembler", name: "assembler", layout },
    kind: "assembler",
    serviceManager,
    health: { address: reachable(http.address), port: http.port, path: "/health/live", name: undefined },
    node,
  };
}

/** The variables by which an agent's own scripts find their places. */
export function agentEnvironment(layout: HostLayout): Record<string, string> {
  return {
    DEEPTRACE_CONFIG: layout.configFile,
    DEEPTRACE_PREFIX: layout.installDirectory,
    DEEPTRACE_STATE: layout.stateDirectory,
  };
}

/** What a plain process runs: its directory, its command and its environment, all of paths. */
export function processCommand({ kind, owner: { layout }, node }: ManagedProgram): {
  directory: string;
  command: readonly string[];
  environment: Record<string, string>;
} {
  if (kind === "agent") {
    return {
      directory: layout.sourceDirectory,
      command: ["./scripts/run_agent.sh"],
      environment: agentEnvironment(layout),
    };
  }
  return {
    directory: layout.baseDirectory,
    command: [node, assemblerBundle(layout), "--config", layout.configFile],
    environment: { DEEPTRACE_STATE: layout.stateDirectory },
  };
}

function reachable(address: string): string {
  if (address === "0.0.0.0" || address === "") return "127.0.0.1";
  return address === "::" ? "::1" : address;
}
