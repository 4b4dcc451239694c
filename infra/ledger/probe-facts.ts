/** From what the probe printed on a host to what the record says was observed of each facet; pure. */
import { describeAlteration, secretsIn } from "./config-comparison";
import { type Facet, facets, type LedgerInputs } from "./ledger-contract";
import { maskSecrets } from "./secret-masking";
import { settingsTables } from "./settings-tables";
import { unseen } from "./unseen-host";

export type Observed = Partial<Record<Facet | "steps", string>>;

/** What a run of the probe gave. */
export interface ProbeResult {
  stdout: string;
  stderr: string;
  code: number | null;
}

/** What is compared: all but how the host is reached. */
export type Expectation = Pick<LedgerInputs, "desired" | "configText"> & {
  /** The configuration without its secrets: TOML, or its tables, as ledgers of earlier versions have them. */
  settings?: unknown;
};

/** Longest observation kept; hosts are free to print anything. */
const longest = 300;

/** One observation for every desired facet, free of secrets. */
export function observe(result: ProbeResult, expectation: Expectation, loginSecrets: readonly string[]): Observed {
  const lines = factLines(result.stdout);
  const configSecrets = secretsIn(expectation.configText ?? "", settingsTables(expectation.settings));
  const clean = (text: string) => maskSecrets(text, [...loginSecrets, ...configSecrets]).slice(0, longest);
  const observed: Observed = {};
  for (const facet of facets) {
    if (expectation.desired[facet] === undefined) continue;
    const fact = facet === "config" ? configFact(lines, expectation) : lines.get(facet);
    observed[facet] = clean(fact ?? unseen("probeFailed", whyMissing(facet, result)));
  }
  const steps = lines.get("steps") ?? "well";
  // Whatever is mended puts the file of the steps there again; it is a finding only by itself.
  const nothingElse = facets.every((facet) => observed[facet] === expectation.desired[facet]);
  return steps !== "well" && nothingElse ? { ...observed, steps } : observed;
}

/** The same observation for every desired facet. */
export function observeAll(desired: LedgerInputs["desired"], words: string): Observed {
  return Object.fromEntries(facets.filter((facet) => desired[facet] !== undefined).map((facet) => [facet, words]));
}

function factLines(stdout: string): Map<string, string> {
  const lines = new Map<string, string>();
  for (const line of stdout.split("\n")) {
    const [, key, value] = /^([a-z][a-z0-9.]*)=(.*?)\r?$/.exec(line) ?? [];
    if (key !== undefined && value !== undefined) lines.set(key, value.trim());
  }
  return lines;
}

function configFact(lines: Map<string, string>, expectation: Expectation): string | undefined {
  const { configText } = expectation;
  const desired = expectation.desired.config ?? "";
  const encoded = lines.get("config.base64");
  if (encoded === undefined || configText === undefined) return lines.get("config");
  const content = Buffer.from(encoded, "base64").toString();
  const attributes = lines.get("config.attributes") ?? "unknown attributes";
  const [digest = "", ...desiredAttributes] = desired.split(" ");
  const sameAttributes = attributes === desiredAttributes.join(" ");
  if (content === configText) return sameAttributes ? desired : `${digest} ${attributes}`;
  const alteration = describeAlteration(content, configText, settingsTables(expectation.settings));
  return sameAttributes ? alteration : `${alteration}; ${attributes}`;
}

function whyMissing(facet: Facet, result: ProbeResult): string {
  const lastWords = result.stderr.trim().split("\n").pop() ?? "";
  const end = result.code === 0 ? `it printed nothing about ${facet}` : `exit status ${result.code ?? "unknown"}`;
  return lastWords === "" ? end : `${end}: ${lastWords}`;
}
