import type { Notice } from "../assembly";
import { indicesOf } from "./daily-indices";
import type { ElasticConnection } from "./elastic-connection";
import { errorOfAnswer } from "./elastic-error";

export interface IndexTemplate {
  readonly index_patterns: readonly string[];
  readonly priority: number;
  readonly _meta?: { readonly version: number };
  readonly template: { readonly settings: object; readonly mappings: Mappings; readonly aliases?: object };
}

interface Mappings {
  readonly dynamic: boolean;
  readonly properties?: object;
  readonly _meta?: { readonly version?: number };
}

type Templates = Readonly<Record<string, IndexTemplate>>;

/** The same templates, marked with a version themselves and in the mapping of every index they make. */
export function versioned(version: number, templates: Templates): Templates {
  const marked = ([name, { template, ...rest }]: [string, IndexTemplate]) => {
    const mappings = { ...template.mappings, _meta: { version } };
    return [name, { ...rest, _meta: { version }, template: { ...template, mappings } }];
  };
  return Object.fromEntries(Object.entries(templates).map(marked));
}

/** Puts the templates; one that a later assembler put stays as it is. */
export async function putTemplates(connection: ElasticConnection, templates: Templates, notice: Notice): Promise<void> {
  const later: string[] = [];
  for (const [name, body] of Object.entries(templates)) {
    const path = `/_index_template/${name}`;
    const { status, body: found } = await connection.ask({ method: "GET", path, allowed: [404] });
    if (status !== 404 && versionOfTemplate(found) > (body._meta?.version ?? 0)) later.push(name);
    else await connection.ask({ method: "PUT", path, body: await withFreeAliases(connection, body) });
  }
  if (later.length === 0) return;
  notice("index templates of a later assembler are there and stay; this assembler should be brought up to date", {
    templates: later,
  });
}

/** An alias cannot be where an index of its name is from before: that one goes on alone. */
async function withFreeAliases(connection: ElasticConnection, body: IndexTemplate): Promise<IndexTemplate> {
  const { aliases = {}, ...template } = body.template;
  for (const alias of Object.keys(aliases)) {
    if ((await indicesOf(connection, alias)).includes(alias)) return { ...body, template };
  }
  return body;
}

/**
 * Adds to existing indices the fields that their template has and they lack. An index whose own mapping contradicts
 * stays as it is and is named; the next one is made from the template. `more`: further indices a template stands for.
 */
export async function upgradeMappings(
  connection: ElasticConnection,
  templates: Templates,
  more: Readonly<Record<string, string>>,
  notice: Notice,
): Promise<void> {
  const versions = new Map<string, { version: number; template: IndexTemplate }>();
  const byPriority = Object.entries(templates).sort(([, left], [, right]) => left.priority - right.priority);
  for (const [name, template] of byPriority) {
    const indices = [...template.index_patterns, ...(more[name] === undefined ? [] : [more[name]])];
    const found = await mappingVersions(connection, indices);
    for (const [index, version] of found) versions.set(index, { version, template });
  }
  const conflicts: string[] = [];
  for (const [index, { version, template }] of versions) {
    const { properties = {}, _meta } = template.template.mappings;
    if (version >= (_meta?.version ?? 0)) continue;
    const path = `/${encodeURIComponent(index)}/_mapping`;
    const request = { method: "PUT", path, body: { properties, _meta }, allowed: [400, 403, 404, 500] } as const;
    const { status, body } = await connection.ask(request);
    // Elasticsearch answers 500 where an object is indexed and the template has it unindexed.
    if (status === 500 && !body.includes("mapper_exception")) throw errorOfAnswer(`PUT ${path}`, status, body);
    if (status === 400 || status === 403 || status === 500) conflicts.push(`${index}: ${reasonOf(body)}`);
  }
  if (conflicts.length === 0) return;
  notice("indices keep their own mapping, which contradicts the assembler's; searches find less in them", {
    indices: conflicts.length,
    first: conflicts.slice(0, 5),
  });
}

/** Version of the mapping of each index; 0 = from before there were any, or not ours. */
async function mappingVersions(connection: ElasticConnection, indices: readonly string[]) {
  type Answer = Record<string, { mappings?: { _meta?: { version?: unknown } } }>;
  const answer = await connection.askJson<Answer>({
    method: "GET",
    path: `/${indices.map(encodeURIComponent).join(",")}`,
    query: { ignore_unavailable: "true", filter_path: "*.settings.index.uuid,*.mappings._meta" },
  });
  return Object.entries(answer).map(([index, { mappings }]) => [index, Number(mappings?._meta?.version ?? 0)] as const);
}

function versionOfTemplate(body: Buffer): number {
  type Answer = { index_templates: { index_template: { _meta?: { version?: unknown } } }[] };
  const { index_templates } = JSON.parse(body.toString("utf8")) as Answer;
  return Number(index_templates[0]?.index_template._meta?.version ?? 0);
}

function reasonOf(body: Buffer): string {
  const { error } = JSON.parse(body.toString("utf8")) as { error?: { reason?: string } };
  return String(error?.reason).slice(0, 300);
}
