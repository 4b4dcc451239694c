/**
 * What the fleet program and the ledger provider say to each other: one ledger per agent records what the stack last
 * knew of that agent's host, and its `epochs` are what makes a drifted facet's command run again.
 */

export const ledgerToken = "deeptrace:fleet:Ledger";

/** What can drift on its own on a host, in the order in which a rollout builds it. */
export const facets = ["source", "install", "config", "service"] as const;
export type Facet = (typeof facets)[number];

/** How a host is reached. `password`, `privateKey` and `privateKeyPassword` are secrets, in the proxy too. */
export interface SshTarget {
  host: string;
  port: number;
  user: string;
  password?: string;
  /** OpenSSH or PEM text of a private key. Without key and password the ssh-agent of `SSH_AUTH_SOCK` is asked. */
  privateKey?: string;
  privateKeyPassword?: string;
  /** `ssh-ed25519 AAAA…` as in authorized_keys; absent: taken on first contact and kept in the state. */
  hostKey?: string;
  /** Keys in the same form that the host must never show. */
  revokedHostKeys?: readonly string[];
  /** A bastion through which the host is reached. */
  proxy?: Omit<SshTarget, "proxy">;
  /** The probe runs as root through sudo, which reads `password` on stdin. */
  become: boolean;
}

/** How everything that the steps did on a host is undone in one go. */
export interface Teardown {
  /** Shell text that takes `LABEL delete`; holds no secret. */
  script: string;
  timeLimitSeconds: number;
  /** What it removes, as a person would look for it. */
  removes: string[];
}

/** What is done about a host that does not answer when it should be torn down. */
export const unreachablePolicies = ["fail", "skip"] as const;
export type UnreachablePolicy = (typeof unreachablePolicies)[number];

/** A program of ours in the few words from which every script for its host follows. */
export interface ProgramSpec {
  kind: "agent" | "assembler";
  serviceManager: "systemd" | "process";
  /** Where it answers when it is well. */
  listens: { address: string; port: number };
  /** Node.js on the host; only of the assembler. */
  node?: string;
  /** Commit of an agent, SHA-256 of the assembler's file. */
  version: string;
  /** SHA-256 of the file of its steps that the program made; its ledger makes the same and puts it on the host. */
  steps: string;
}

export interface LedgerInputs {
  /** Name of the agent, or "assembler". A change replaces the ledger. */
  agent: string;
  /**
   * Where on which machine things are; another port or login is still the same place. A change clears the old place
   * before anything is at the new one.
   */
  place: string;
  target: SshTarget;
  /** What runs there. The ledger makes its steps, its probe and its teardown from it, so that no script is in the state. */
  program?: ProgramSpec;
  /**
   * Without a `program`: shell text that prints the facts of the host as `key=value` lines; holds no secret. So are the ledgers of earlier versions.
   */
  probe?: string;
  /** What each facet reads when all is well, in words fit for a preview line. */
  desired: Partial<Record<Facet, string>>;
  /** Secret. The whole configuration file as it should be on the host. */
  configText?: string;
  /**
   * The effective configuration without secrets, in TOML, so that a preview shows the lines that change in it. One text: the
   * engine and the SDK handle each value of an input by itself, several times at every preview.
   */
  settings?: string;
  /** Without a `program`: how everything is undone. */
  teardown?: Teardown;
  onUnreachable: UnreachablePolicy;
}

/** What a ledger knows besides its inputs, which are kept once, as inputs. */
export interface LedgerState {
  /** The key the host is held to: given, or pinned on first contact. */
  hostKey: string;
  /** The same of its proxy, if it has one. */
  proxyHostKey?: string;
  /** `steps` is there only if the file of the steps is not as it was put there, and nothing else drifted, with which it would be put there again. */
  observed: Partial<Record<Facet | "steps", string>>;
  /** Raised by one whenever a facet was found drifted; the facet's command has it in its text and so runs again. */
  epochs: Partial<Record<Facet, number>>;
}
