import { type Facet, facets } from "../ledger/ledger-contract";
import type { Observed } from "../ledger/probe-facts";
import type { AgentReport } from "./agent-report";

/** What an agent says of itself at `GET /api/status`, as far as it does. */
export interface ApiStatus {
  readonly spansWritten: number | undefined;
  readonly spansBuffered: number | undefined;
  readonly spansDropped: number | undefined;
  /** Why it does not reach Elasticsearch; undefined while it does. */
  readonly elasticFault: string | undefined;
}

/** What was seen of an agent on its host. */
export interface SeenAgent {
  readonly desired: Partial<Record<Facet, string>>;
  readonly observed: Observed;
  /** What `status-script.ts` printed. */
  readonly facts: ReadonlyMap<string, string>;
}

/** Reads an answer of the API, with or without its HTTP head. Undefined if it is none. */
export function readApiStatus(answer: string): ApiStatus | undefined {
  const body = answer.startsWith("HTTP/") ? answer.slice(answer.indexOf("\r\n\r\n") + 4) : answer;
  let status: { spans?: Record<string, unknown>; elasticsearch?: { reachable?: unknown; last_error?: unknown } };
  try {
    status = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (typeof status !== "object" || status === null) return undefined;
  const count = (value: unknown) => (typeof value === "number" ? value : undefined);
  const { spans, elasticsearch } = status;
  return {
    spansWritten: count(spans?.written),
    spansBuffered: count(spans?.buffered),
    spansDropped: count(spans?.dropped),
    elasticFault: elasticsearch?.reachable === false ? String(elasticsearch.last_error ?? "not reached") : undefined,
  };
}

/** How an agent is, against what the fleet file wants of it now. */
export function readStatus(agent: string, { desired, observed, facts }: SeenAgent): AgentReport {
  const asked = facets.filter((facet) => desired[facet] !== undefined);
  const drifted = asked.filter((facet) => observed[facet] !== desired[facet]);
  const service = observed.service ?? "";
  const answers = facts.get("api.status") === "0";
  const cannotAsk = facts.get("api.status") === "3";
  const api = answers ? readApiStatus(Buffer.from(facts.get("api.base64") ?? "", "base64").toString()) : undefined;
  const silent = service.startsWith("active") && !answers && !cannotAsk;
  const details = [
    ...drifted.map((facet) => `${facet}: ${observed[facet]}; should be: ${desired[facet]}`),
    ...(silent ? ["the agent's API does not answer: deeptrace agents logs tells why, restart may help"] : []),
    ...(api?.elasticFault === undefined ? [] : [`the agent does not reach Elasticsearch: ${api.elasticFault}`]),
  ];
  return {
    agent,
    standing: details.length === 0 ? "well" : "unwell",
    state: stateOf(
      asked.map((facet) => observed[facet] ?? ""),
      service,
      drifted.length > 0,
      silent,
      api,
    ),
    summary: summaryOf(facts, api),
    details,
    facts: {
      facets: Object.fromEntries(asked.map((facet) => [facet, { observed: observed[facet], desired: desired[facet] }])),
      version: facts.get("running.version") || null,
      since: sinceOf(facts) ?? null,
      api: {
        answers,
        spansWritten: api?.spansWritten ?? null,
        spansBuffered: api?.spansBuffered ?? null,
        spansDropped: api?.spansDropped ?? null,
        elasticFault: api?.elasticFault ?? null,
      },
    },
  };
}

function stateOf(seen: readonly string[], service: string, drifted: boolean, silent: boolean, api?: ApiStatus): string {
  if (seen.every((words) => words === "absent")) return "absent";
  if (service.startsWith("inactive")) return "stopped";
  if (service.startsWith("failed")) return "failed";
  if (drifted) return "drifted";
  if (silent) return "silent";
  return api?.elasticFault === undefined ? "ok" : "no data";
}

function summaryOf(facts: ReadonlyMap<string, string>, api: ApiStatus | undefined): string {
  const since = sinceOf(facts);
  if (since === undefined) return "not running";
  const version = facts.get("running.version")?.slice(0, 12) || "an unknown version";
  const spans = api?.spansWritten === undefined ? "" : `, ${api.spansWritten} spans sent`;
  const dropped = api?.spansDropped ? `, ${api.spansDropped} dropped` : "";
  return `${version} since ${since}${spans}${dropped}`;
}

/** ISO 8601 in UTC, to the second. */
function sinceOf(facts: ReadonlyMap<string, string>): string | undefined {
  const seconds = Number(facts.get("since") || Number.NaN);
  return Number.isFinite(seconds) ? new Date(seconds * 1000).toISOString().replace(".000Z", "Z") : undefined;
}
