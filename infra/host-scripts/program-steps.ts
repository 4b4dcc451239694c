import type { Facet, LedgerInputs, ProgramSpec } from "../ledger/ledger-contract";
import type { ManagedProgram } from "./managed-program";
import { stepsFile, stepsOf } from "./steps-script";

/** One facet's step, as the file of a program's steps does it. */
export interface FacetStep {
  readonly facet: Facet;
  /** What it is told, after `apply EPOCH`: `commit=…`; nothing secret. */
  readonly words: readonly string[];
  /** What it takes, by `stepInput` on stdin or within `stepsScript`; secret. */
  readonly input?: string;
  /** So long the host gives it. */
  readonly timeLimitSeconds: number;
}

/** Everything that is ever run on a host for one program, and how its facets read when all is well. */
export interface ProgramSteps {
  readonly program: ManagedProgram;
  readonly spec: ProgramSpec;
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

/** What each step of a program is told; in the order in which a rollout runs them. */
export function facetSteps(
  program: ManagedProgram,
  told: Readonly<Partial<Record<Facet, { values?: Readonly<Record<string, string>>; input?: string }>>>,
): FacetStep[] {
  return stepsOf(program).map(({ facet, timeLimitSeconds }) => {
    const { values = {}, input } = told[facet] ?? {};
    const words = Object.entries(values).map(([name, value]) => `${name}=${value}`);
    return { facet, words, timeLimitSeconds, ...(input !== undefined && { input }) };
  });
}

/** The program in the words of its ledger. */
export function specOf(program: ManagedProgram, listens: ProgramSpec["listens"], version: string): ProgramSpec {
  const { kind, serviceManager, node } = program;
  const { address, port } = listens;
  const steps = stepsFile(program).sha256;
  return { kind, serviceManager, listens: { address, port }, ...(kind === "assembler" && { node }), version, steps };
}
