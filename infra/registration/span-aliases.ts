import { ElasticError } from "../../assembler/elastic/elastic-error";
import { indexTemplates, spanTemplateName } from "../../assembler/elastic/index-setup";
import { firstGeneration, isTaken } from "../../assembler/retention/first-generation";
import { askElastic } from "./elastic-requests";
import type { ElasticTarget } from "./registration-contract";

/**
 * Makes an alias with a first index behind it of each name that is neither an index nor an alias yet; what is there stays
 * as it is. Throws {@link ElasticError}.
 */
export async function makeSpanAliases(
  target: ElasticTarget,
  names: readonly string[],
  cancelled: AbortSignal,
): Promise<void> {
  let isTemplateThere = false;
  for (const name of names) {
    const path = `/${encodeURIComponent(name)}`;
    const { status } = await askElastic(target, { method: "HEAD", path, allowed: [404] }, cancelled);
    if (status !== 404) continue;
    if (!isTemplateThere) await haveTemplate(target, cancelled);
    isTemplateThere = true;
    const index = firstGeneration(name);
    const body = { aliases: { [name]: { is_write_index: true } } };
    const request = { method: "PUT", path: `/${encodeURIComponent(index)}`, body, allowed: [400] } as const;
    const made = await askElastic(target, request, cancelled);
    if (made.status !== 400 || isTaken(made.body)) continue;
    throw new ElasticError("failed", `${index} cannot be made: ${made.body.toString("utf8", 0, 300)}`);
  }
}

/** The assembler puts its template when it starts, which may be later than the first agent does. */
async function haveTemplate(target: ElasticTarget, cancelled: AbortSignal): Promise<void> {
  const path = `/_index_template/${spanTemplateName}`;
  const { status } = await askElastic(target, { method: "GET", path, allowed: [404] }, cancelled);
  const body = indexTemplates[spanTemplateName];
  if (status === 404 && body) await askElastic(target, { method: "PUT", path, body }, cancelled);
}
