import { configText } from "../../../infra/fleet/agent-config";
import type { Facet } from "../../../infra/ledger/ledger-contract";
import { ledgerToken } from "../../../infra/ledger/ledger-contract";

const facets: readonly Facet[] = ["source", "install", "config", "service"];
const version = "4d5e6f012345";
const digest = "0123456789ab";

/** What a ledger records of an agent that is well. */
export function wellLedger(settings: object = { sender: { batch_size: 1024 } }, at = version) {
  return {
    target: { host: "198.51.100.11", port: 22 },
    settings: configText(settings),
    desired: {
      source: `at ${at}`,
      install: `installed from ${at}`,
      config: `sha256:${digest} 0600 root:root`,
      service: `active, enabled, runs ${at} with config ${digest}`,
    },
  };
}

/** Earlier versions record settings as tables. */
type Ledger = Omit<ReturnType<typeof wellLedger>, "settings"> & { readonly settings: string | object };

/** One agent of a preview. */
export interface AgentSteps {
  readonly agent: string;
  readonly op: string;
  readonly before?: Ledger;
  /** What a refresh saw, where it is not what was desired. */
  readonly seen?: Partial<Record<Facet, string>>;
  readonly after?: Ledger;
  /** Operations by facet; a facet that is absent stays as it is. */
  readonly commands?: Partial<Record<Facet, string>>;
  readonly diff?: readonly string[];
}

/** A preview in the form in which the engine prints it with `--json`. */
export function previewJson(...agents: AgentSteps[]): string {
  const urn = (parent: string, type: string, name: string) =>
    `urn:pulumi:dev::deeptrace::deeptrace:fleet:${parent}$${type}::${name}`;
  const steps = agents.flatMap(({ agent, op, before, seen, after, commands = {}, diff = [] }) => {
    const parent = agent === "assembler" ? "Assembler" : "Agent";
    const outputs = before && { ...before, observed: { ...before.desired, ...seen } };
    return [
      { op: "same", urn: `urn:pulumi:dev::deeptrace::deeptrace:fleet:${parent}::${agent}` },
      {
        op,
        urn: urn(parent, ledgerToken, `${agent}-ledger`),
        ...(before && { oldState: { inputs: before, outputs } }),
        ...(after && { newState: { inputs: after } }),
        detailedDiff: Object.fromEntries(diff.map((key) => [key, { kind: "update", inputDiff: false }])),
      },
      ...facets.map((facet) => ({
        op: commands[facet] ?? "same",
        urn: urn(parent, "command:remote:Command", `${agent}-${facet}`),
      })),
    ];
  });
  return JSON.stringify({ config: {}, steps, duration: 1, changeSummary: {} });
}
