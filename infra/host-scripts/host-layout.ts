import type { ServiceManager } from "../fleet/fleet";

/** In every directory that we make on a host; holds the agent's name. Nothing without it is ever removed. */
export const markerName = ".deeptrace-managed";

/** Where the parts of an agent, or of the assembler, are on a host. A path may begin with `$HOME/`. */
export interface HostLayout {
  /** Holds checkout and installation; ours alone. */
  readonly baseDirectory: string;
  readonly sourceDirectory: string;
  /** DEEPTRACE_PREFIX, where the installation puts what runs. */
  readonly installDirectory: string;
  /** The commit that is installed, with content and mode of every installed file. */
  readonly manifestFile: string;
  readonly configDirectory: string;
  readonly configFile: string;
  /** SHA-256 of the configuration as we wrote it last, its public digest, and where the program answers with it. */
  readonly writtenFile: string;
  /** DEEPTRACE_STATE: pid file, spool, logs of a plain process. */
  readonly stateDirectory: string;
  readonly pidFile: string;
  readonly logFile: string;
  /** What the running process was started with, and which process it is. */
  readonly runningFile: string;
  /** The script that starts a plain process again when it fails. */
  readonly supervisorFile: string;
  /** Held by every step while it works. */
  readonly lockFile: string;
  /** All steps of the program in one script, put there by its ledger; the owner's alone. */
  readonly stepsFile: string;
  readonly unit: string;
  readonly unitFile: string;
  /** Made on the way and removed when empty, innermost first. */
  readonly parents: readonly string[];
}

interface Roots {
  readonly program: string;
  readonly config: string;
  readonly state: string;
  /** Hidden files of the program beside its directory, but for how they end: `/opt/deeptrace/agents/.web-1`. */
  readonly beside: string;
  readonly parents: readonly string[];
}

/** Everything about one agent. `agentLayout("web-1", "systemd").configFile` → `/etc/deeptrace/agents/web-1/deeptrace.toml`. */
export function agentLayout(name: string, serviceManager: ServiceManager): HostLayout {
  const unit = `deeptrace-agent@${name}.service`;
  if (serviceManager === "process") {
    const own = `$HOME/.deeptrace/agents/${name}`;
    const parents = ["$HOME/.deeptrace/agents", "$HOME/.deeptrace"];
    return layout(
      { program: own, config: `${own}/config`, state: `${own}/state`, beside: `${parents[0]}/.${name}`, parents },
      "deeptrace.toml",
      unit,
      "agent",
    );
  }
  const under = (root: string) => `${root}/deeptrace/agents/${name}`;
  const parents = ["/opt", "/etc", "/var/lib"].flatMap((root) => [`${root}/deeptrace/agents`, `${root}/deeptrace`]);
  return layout(
    {
      program: under("/opt"),
      config: under("/etc"),
      state: under("/var/lib"),
      beside: `/opt/deeptrace/agents/.${name}`,
      parents,
    },
    "deeptrace.toml",
    unit,
    "agent",
  );
}

/** Everything about the assembler of a host. It has no checkout. */
export function assemblerLayout(serviceManager: ServiceManager): HostLayout {
  const unit = "deeptrace-assembler.service";
  if (serviceManager === "process") {
    const own = "$HOME/.deeptrace/assembler";
    const parents = ["$HOME/.deeptrace"];
    return layout(
      {
        program: own,
        config: `${own}/config`,
        state: `${own}/state`,
        beside: "$HOME/.deeptrace/.assembler",
        parents,
      },
      "assembler.toml",
      unit,
      "assembler",
    );
  }
  const under = (root: string) => `${root}/deeptrace/assembler`;
  const parents = ["/opt/deeptrace", "/etc/deeptrace", "/var/lib/deeptrace"];
  return layout(
    {
      program: under("/opt"),
      config: under("/etc"),
      state: under("/var/lib"),
      beside: "/opt/deeptrace/.assembler",
      parents,
    },
    "assembler.toml",
    unit,
    "assembler",
  );
}

/** The assembler's program, one file. */
export function assemblerBundle(layout: HostLayout): string {
  return `${layout.baseDirectory}/deeptrace-assembler.js`;
}

function layout(roots: Roots, configName: string, unit: string, program: string): HostLayout {
  return {
    baseDirectory: roots.program,
    sourceDirectory: `${roots.program}/source`,
    installDirectory: `${roots.program}/install`,
    manifestFile: `${roots.program}/install.manifest`,
    configDirectory: roots.config,
    configFile: `${roots.config}/${configName}`,
    writtenFile: `${roots.config}/.written`,
    stateDirectory: roots.state,
    pidFile: `${roots.state}/${program}.pid`,
    logFile: `${roots.state}/${program}.log`,
    runningFile: `${roots.state}/.running`,
    supervisorFile: `${roots.state}/.supervisor.sh`,
    lockFile: `${roots.beside}.lock`,
    stepsFile: `${roots.beside}.steps`,
    unit,
    unitFile: `/etc/systemd/system/${unit}`,
    parents: roots.parents,
  };
}
