/** What a fault of Elasticsearch means to the person who runs the rollout or the teardown; pure. */
import type { ElasticError } from "../../assembler/elastic/elastic-error";
import { policyVariable } from "../ledger/unreachable-policy";
import type { ElasticTarget } from "./registration-contract";

const withoutRegistering = "or leave agents unregistered: pulumi config set deeptrace:register false";

/** Why an agent could not be entered, and what to do. */
export function entryFault(agent: string, target: ElasticTarget, error: ElasticError): string {
  const what = `agent "${agent}": cannot be entered into agent_list: ${causeWords(target, error)}`;
  return `${what}: ${cureOf(error)}, ${withoutRegistering}`;
}

/** Why an agent's entry could not be removed, and how to go on without. */
export function removalFault(agent: string, target: ElasticTarget, error: ElasticError): string {
  const cure = isAway(error)
    ? `start it, or, if it is gone for good, run this again with ${policyVariable}=skip`
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

function cureOf(error: ElasticError): string {
  if (isAway(error)) return "start it, check url in [elastic]";
  if (error.kind === "denied") return "check username and elastic_password in [elastic] and the user's privileges";
  return "run pulumi up again once that is mended";
}

function causeWords({ url, username }: ElasticTarget, error: ElasticError): string {
  const { kind, message } = error;
  if (isAway(error)) return `Elasticsearch at ${url} does not answer (${message})`;
  if (kind === "denied") return `Elasticsearch at ${url} refuses user "${username}" (${message})`;
  return `Elasticsearch at ${url}: ${message}`;
}
