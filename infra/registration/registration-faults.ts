/** What a fault of Elasticsearch means to the person who runs the rollout or the teardown; pure. */
import type { ElasticError } from "../../assembler/elastic/elastic-error";
import type { ElasticTarget } from "./registration-contract";

const withoutRegistering = "or leave agents unregistered: pulumi config set deeptrace:register false";

/** Why an agent could not be entered, and what to do. */
export function entryFault(agent: string, target: ElasticTarget, error: ElasticError): string {
  const what = `agent "${agent}": cannot be entered into agent_list: ${causeWords(target, error)}`;
  switch (error.kind) {
    case "unreachable":
      return `${what}: start it, check url in [elastic], ${withoutRegistering}`;
    case "denied":
      return `${what}: check username and elastic_password in [elastic] and the user's privileges, ${withoutRegistering}`;
    default:
      return `${what}: run pulumi up again once that is mended, ${withoutRegistering}`;
  }
}

/** Why an agent's entry could not be removed, and how to go on without. */
export function removalFault(agent: string, target: ElasticTarget, error: ElasticError): string {
  const cure = isAway(error)
    ? "start it, or go on without it: DEEPTRACE_ON_UNREACHABLE=skip pulumi destroy"
    : "check username and elastic_password in [elastic] and run pulumi up, then the teardown again";
  return `agent "${agent}": cannot be removed from agent_list: ${causeWords(target, error)}: ${cure}`;
}

/** What is said when a teardown goes on although an entry stays. */
export function leftBehind(agent: string, target: ElasticTarget, error: ElasticError): string {
  return `agent "${agent}" stays in agent_list: ${causeWords(target, error)}; remove it later: curl -X DELETE ${target.url}/agent_list/_doc/${agent}`;
}

/** How a registration reads in the record when Elasticsearch could not be asked. */
export function unseenEntry(error: ElasticError): string {
  return `${isAway(error) ? "unreachable" : error.kind === "denied" ? "login refused" : "not readable"}: ${error.message}`;
}

/** True if Elasticsearch is not there or cannot work now, rather than says no. */
export function isAway({ kind }: ElasticError): boolean {
  return kind === "unreachable" || kind === "busy";
}

function causeWords({ url, username }: ElasticTarget, { kind, message }: ElasticError): string {
  if (kind === "unreachable") return `Elasticsearch at ${url} does not answer (${message})`;
  if (kind === "denied") return `Elasticsearch at ${url} refuses user "${username}" (${message})`;
  return `Elasticsearch at ${url}: ${message}`;
}
