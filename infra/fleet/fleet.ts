import type { AssemblerSettings } from "../../assembler/settings/assembler-settings";
import type { SshTarget } from "../ledger/ledger-contract";
import type { AgentConfig } from "./agent-config";
import type { ElasticSpec } from "./elastic-spec";

/** Who keeps an agent running on its host: systemd (needs root, by login or sudo) or nobody but us, as a plain process. */
export type ServiceManager = "systemd" | "process";

/** How a machine is entered and what runs things on it. */
export interface HostSpec {
  /** Login, port, host key, bastion and sudo; holds secrets. */
  readonly target: SshTarget;
  readonly serviceManager: ServiceManager;
}

/** Where an agent's program comes from: a git repository and a branch, tag or commit. */
export interface SourceSpec {
  readonly repo: string;
  readonly ref: string;
}

/** One `[[agents]]` entry, complete: every default applied, every reference resolved. */
export interface AgentSpec {
  readonly name: string;
  readonly host: HostSpec;
  readonly source: SourceSpec;
  readonly config: AgentConfig;
  /** Words by which commands pick agents; sorted. Nothing on the host depends on them. */
  readonly tags: readonly string[];
}

/** The machine of the assembler. */
export interface ServerSpec {
  readonly address: string;
  /** Undefined if the fleet file has no login for it: then the assembler is left to others. */
  readonly host: HostSpec | undefined;
  /** Node.js on that machine: a name on its PATH or an absolute path. */
  readonly node: string;
}

/** The checked fleet file, frozen. Agents are sorted by name, so their order in the file never matters. */
export interface Fleet {
  readonly elastic: ElasticSpec;
  readonly server: ServerSpec;
  readonly agents: readonly AgentSpec[];
  /** The assembler's whole configuration, the Elasticsearch password in it. */
  readonly assembler: Readonly<AssemblerSettings>;
  /** What works but should be changed, one sentence each, with file and line. */
  readonly warnings: readonly string[];
}
