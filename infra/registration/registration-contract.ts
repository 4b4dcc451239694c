/**
 * What the fleet program and the provider say to each other about a registration: an agent's entry in the `agent_list` of
 * Elasticsearch, made when the agent is up. It also is the gate of a rollout: it is made only once the agent passed.
 */

import type { UnreachablePolicy } from "../ledger/ledger-contract";

export const registrationToken = "deeptrace:fleet:Registration";

/** What `agent_list` says of an agent, but for the times; nothing in it is secret. Names are those of the document. */
export interface AgentEntry {
  readonly agent_name: string;
  readonly host: string;
  readonly ssh_port: number;
  readonly index_name: string;
  /** Commit. */
  readonly version: string;
  readonly service_manager: string;
  readonly api: { readonly address: string; readonly port: number; readonly url: string };
  /** Names of the services it traces. */
  readonly services: readonly string[];
  readonly pids: readonly number[];
  /** Effective, with "[secret]" in place of secrets. */
  readonly config: unknown;
  /** Of `config`, 12 hex digits. */
  readonly config_digest: string;
  /** The stack that rolled it out: `organization/project/stack`. */
  readonly stack: string;
}

/** How Elasticsearch is reached; `password` is a secret. */
export interface ElasticTarget {
  readonly url: string;
  readonly username: string;
  readonly password: string;
}

/** What has to be seen of an agent before it counts as rolled out, besides that its service step went well. */
export interface DataGate {
  /** Where its spans arrive. */
  readonly index: string;
  readonly deadlineSeconds: number;
  /** What it traces, in words; empty if nothing, and then nothing is waited for. */
  readonly traced: string;
}

export interface RegistrationInputs {
  /** A change replaces the registration. */
  readonly agent: string;
  readonly elastic: ElasticTarget;
  readonly entry: AgentEntry;
  /** Secret. Digest of the version and the whole configuration, secrets included; a gate judges each revision once. */
  readonly revision: string;
  /** What a teardown does if Elasticsearch does not answer; the environment's DEEPTRACE_ON_UNREACHABLE goes before it. */
  readonly onUnreachable: UnreachablePolicy;
  /** Absent: the registration waits for nothing. */
  readonly gate?: DataGate;
}

export interface RegistrationState extends RegistrationInputs {
  /** ISO times. */
  readonly registeredAt: string;
  readonly updatedAt: string;
  /** What the last refresh saw: `registered`, or how it differs. */
  readonly observed: string;
}

/** How `observed` reads when all is well. */
export const registeredWords = "registered";
