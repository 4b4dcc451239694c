import type { Facet, LedgerInputs } from "../ledger/ledger-contract";
import type { ManagedProgram } from "./managed-program";

/** One facet's step: a script that takes `LABEL apply EPOCH` or `LABEL delete`, and how long a host gives it. */
export interface FacetStep {
  readonly facet: Facet;
  /** May hold secrets. */
  readonly script: string;
  readonly timeLimitSeconds: number;
}

/** Everything that is ever run on a host for one program, as text, and how its facets read when all is well. */
export interface ProgramSteps {
  readonly program: ManagedProgram;
  /** Commit or digest of what is to run. */
  readonly version: string;
  /** The read-only script that prints the facts of the host. */
  readonly probe: string;
  readonly desired: LedgerInputs["desired"];
  /** The configuration file whole; holds secrets. */
  readonly configText: string;
  /** The configuration without its secrets. */
  readonly settings: unknown;
  /** Digest of the configuration without its secrets, 12 hex digits. */
  readonly publicDigest: string;
  /** In the order in which a rollout runs them. */
  readonly steps: readonly FacetStep[];
}
