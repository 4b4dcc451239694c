import { type Facet, facets, ledgerToken, type SshTarget } from "../../ledger/ledger-contract";
import { CliFault } from "../cli-fault";

/** What a ledger's record says in a preview, before or after. */
export interface LedgerSide {
  readonly target?: Partial<Pick<SshTarget, "host" | "port">>;
  readonly desired?: Partial<Record<Facet, string>>;
  /** TOML, or the tables themselves in ledgers of earlier versions. */
  readonly settings?: unknown;
  readonly observed?: Partial<Record<Facet, string>>;
}

/** What the engine would do about one agent, or the assembler. */
export interface PreviewedAgent {
  /** Its name, or "assembler". */
  readonly agent: string;
  /** What happens to its ledger: the agent is new, goes, moves, changes or stays. */
  readonly ledger: "create" | "delete" | "replace" | "update" | "same";
  /** Facets whose commands would run, in the order of a rollout. */
  readonly touched: readonly Facet[];
  readonly before: LedgerSide | undefined;
  readonly after: LedgerSide | undefined;
  /** Whether the configuration file's whole text changes; its secrets show in nothing else. */
  readonly configTextChanges: boolean;
}

interface Step {
  readonly op: string;
  readonly urn: string;
  readonly oldState?: { readonly inputs?: LedgerSide; readonly outputs?: LedgerSide };
  readonly newState?: { readonly inputs?: LedgerSide };
  readonly detailedDiff?: Readonly<Record<string, unknown>> | null;
}

const idle = new Set(["same", "refresh", "read", "discard", "remove-pending-replace"]);

/** Reads what `pulumi preview --json` prints. Throws {@link CliFault} with the engine's own errors if it is no whole preview. */
export function readPreview(text: string): PreviewedAgent[] {
  const steps = parsedSteps(text);
  const ledgers = new Map<string, Step[]>();
  for (const step of steps) {
    if (typeOf(step.urn) !== ledgerToken) continue;
    const agent = nameOf(step.urn).replace(/-ledger$/, "");
    ledgers.set(agent, [...(ledgers.get(agent) ?? []), step]);
  }
  const touched = touchedFacets(steps, ledgers);
  return [...ledgers].map(([agent, own]) => {
    const removed = own.find(({ op }) => /^delete/.test(op));
    const main = own.find((step) => step !== removed && !idle.has(step.op)) ?? own[0];
    const before = own.find(({ oldState }) => oldState !== undefined)?.oldState;
    return {
      agent,
      ledger: fateOf(own.map(({ op }) => op)),
      touched: facets.filter((facet) => touched.get(agent)?.has(facet)),
      before: before && { ...before.inputs, ...before.outputs },
      after: main?.newState?.inputs,
      configTextChanges: Object.keys(main?.detailedDiff ?? {}).some((key) => key === "configText"),
    };
  });
}

function parsedSteps(text: string): Step[] {
  let document: { steps?: Step[]; diagnostics?: { severity?: string; message?: string }[] };
  try {
    document = JSON.parse(text);
  } catch {
    throw new CliFault(`pulumi preview: ${text.trim().split("\n").at(-1) || "it printed nothing"}`);
  }
  const errors = (document.diagnostics ?? []).filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw new CliFault(errors.map(({ message }) => message?.trim() ?? "").join("\n"));
  return document.steps ?? [];
}

/** The commands of each agent that would run, by the names that `remote-step.ts` gives them. */
function touchedFacets(steps: readonly Step[], agents: ReadonlyMap<string, unknown>): Map<string, Set<Facet>> {
  const touched = new Map<string, Set<Facet>>();
  for (const { op, urn } of steps) {
    if (idle.has(op) || typeOf(urn) !== "command:remote:Command") continue;
    const [, agent = "", facet = ""] = /^(.*)-([a-z]+)$/.exec(nameOf(urn)) ?? [];
    if (!agents.has(agent) || !(facets as readonly string[]).includes(facet)) continue;
    touched.set(agent, (touched.get(agent) ?? new Set()).add(facet as Facet));
  }
  return touched;
}

function fateOf(ops: readonly string[]): PreviewedAgent["ledger"] {
  const busy = ops.filter((op) => !idle.has(op));
  if (busy.length === 0) return "same";
  if (busy.some((op) => op.includes("replace")) || (busy.includes("create") && busy.includes("delete")))
    return "replace";
  if (busy.includes("delete")) return "delete";
  return busy.includes("create") ? "create" : "update";
}

/** `urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME` */
function typeOf(urn: string): string {
  const chain = urn.split("::").slice(2, -1).join("::");
  return chain.slice(chain.lastIndexOf("$") + 1);
}

function nameOf(urn: string): string {
  return urn.slice(urn.lastIndexOf("::") + 2);
}
