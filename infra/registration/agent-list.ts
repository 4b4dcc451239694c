import { ElasticError } from "../../assembler/elastic/elastic-error";
import { agentListIndex, agentListTemplate, agentListTemplateName } from "./agent-list-index";
import { askElastic, askElasticJson } from "./elastic-requests";
import type { ElasticTarget } from "./registration-contract";

/** One set-up per Elasticsearch and provider process, however many agents are entered. */
const setUps = new Map<string, Promise<void>>();

/** Writes an agent's document whole. Throws ElasticError. */
export async function writeEntry(
  target: ElasticTarget,
  agent: string,
  document: object,
  cancelled: AbortSignal,
): Promise<void> {
  await setUpOnce(target, cancelled);
  await askElastic(target, { method: "PUT", path: pathOf(agent), body: document }, cancelled);
}

/** The document as it is there; undefined if there is none. Throws ElasticError. */
export async function readEntry(
  target: ElasticTarget,
  agent: string,
  cancelled: AbortSignal,
): Promise<Record<string, unknown> | undefined> {
  const question = { method: "GET", path: pathOf(agent), allowed: [404] } as const;
  const { answer } = await askElasticJson<{ _source?: Record<string, unknown> }>(target, question, cancelled);
  return answer._source;
}

/** Removes the document, if it is there. Throws ElasticError. */
export async function removeEntry(target: ElasticTarget, agent: string, cancelled: AbortSignal): Promise<void> {
  await askElastic(target, { method: "DELETE", path: pathOf(agent), allowed: [404] }, cancelled);
}

function pathOf(agent: string): string {
  return `/${agentListIndex}/_doc/${encodeURIComponent(agent)}`;
}

async function setUpOnce(target: ElasticTarget, cancelled: AbortSignal): Promise<void> {
  const key = `${target.username}@${target.url}`;
  const setUp = setUps.get(key) ?? setUpIndex(target, cancelled);
  setUps.set(key, setUp);
  try {
    await setUp;
  } catch (error) {
    setUps.delete(key);
    throw error;
  }
}

async function setUpIndex(target: ElasticTarget, cancelled: AbortSignal): Promise<void> {
  const template = {
    method: "PUT",
    path: `/_index_template/${agentListTemplateName}`,
    body: agentListTemplate,
  } as const;
  await askElastic(target, template, cancelled);
  const index = `/${agentListIndex}`;
  const { status } = await askElastic(target, { method: "HEAD", path: index, allowed: [404] }, cancelled);
  if (status !== 404) return;
  // 400: another stack made it in between.
  const made = await askElastic(target, { method: "PUT", path: index, allowed: [400] }, cancelled);
  if (made.status === 400 && !made.body.includes("resource_already_exists")) {
    throw new ElasticError(
      "failed",
      `Elasticsearch cannot make the index ${agentListIndex}: ${made.body.toString("utf8", 0, 300)}`,
    );
  }
}
