import { entryOf } from "../../../assembler/collections/entry-of";
import { spanIndexFamily } from "../../../assembler/elastic/index-names";
import { firstWallClock } from "../../../assembler/span/wall-clock";

/** Names are counted up to here; more services than this on one agent, or indices in one fleet, are left out. */
const mostNames = 1000;

/** What is asked of span documents, in both of their forms, and how a field has to be mapped to be asked. */
const nested = { start: "metric.start_time", service: "tag.ebpf_tag.component" };
const flat = { start: "start_time", service: "component" };
const fieldTypes = {
  [nested.start]: "long",
  [nested.service]: "keyword",
  [flat.start]: "long",
  [flat.service]: "keyword",
} as const;

export const spanFieldNames = Object.keys(fieldTypes);

/** The answer to `_field_caps` with `unmapped` as a type: `indices` of a type is left out where the field has it in all. */
export interface FieldCaps {
  readonly indices: readonly string[];
  readonly fields: Readonly<Record<string, Readonly<Record<string, { readonly indices?: readonly string[] }>>>>;
}

interface Buckets {
  readonly buckets: readonly {
    readonly key: string;
    readonly nested?: Buckets;
    readonly flat?: { services: Buckets };
  }[];
}

export interface ServicesAnswer {
  readonly aggregations?: { readonly indices?: Buckets };
}

/**
 * Indices by what their mapping lacks of the fields asked for: nothing in those made by our template, all of it in one
 * that an agent made before that was there.
 */
export function indicesByLack({ indices, fields }: FieldCaps): ReadonlyMap<readonly string[], readonly string[]> {
  const mapped = Object.entries(fieldTypes).map(([field, type]) => {
    const right = fields[field]?.[type];
    return { field, indices: new Set(right === undefined ? [] : (right.indices ?? indices)) };
  });
  const lacks = new Map<string, { lack: readonly string[]; indices: string[] }>();
  for (const index of indices) {
    const lack = mapped.filter((field) => !field.indices.has(index)).map(({ field }) => field);
    entryOf(lacks, lack.join(), () => ({ lack, indices: [] })).indices.push(index);
  }
  return new Map([...lacks.values()].map(({ lack, indices }) => [lack, indices]));
}

/**
 * The request body that finds the services of every index since a moment, in nanoseconds. Spans of a clock that counts
 * from a boot do not say when they were: all of them count. `lack`: fields that Elasticsearch has to take from the
 * documents themselves, as it does for those alone that have no nested one, which is indexed as a rule.
 */
export function servicesQuery(since: bigint, lack: readonly string[]): object {
  const runtime = Object.entries(fieldTypes).filter(([field]) => lack.includes(field));
  const isRecent = (field: string) => [
    { range: { [field]: { gte: String(since) } } },
    { range: { [field]: { lt: String(firstWallClock) } } },
  ];
  const without = (field: string) => ({ bool: { must_not: { exists: { field } } } });
  const services = (field: string) => ({ terms: { field, size: mostNames } });
  return {
    size: 0,
    track_total_hits: false,
    ...(runtime.length > 0 && {
      runtime_mappings: Object.fromEntries(runtime.map(([field, type]) => [field, { type }])),
    }),
    query: {
      bool: {
        should: [
          ...isRecent(nested.start),
          { bool: { ...without(nested.start).bool, should: isRecent(flat.start), minimum_should_match: 1 } },
        ],
      },
    },
    aggs: {
      indices: {
        terms: { field: "_index", size: mostNames },
        aggs: {
          nested: services(nested.service),
          flat: { filter: without(nested.service), aggs: { services: services(flat.service) } },
        },
      },
    },
  };
}

/**
 * Reads the answers to {@link servicesQuery}: what agents write to, be it an index or the alias before several, each with
 * its services, sorted.
 */
export function readServices(answers: readonly ServicesAnswer[]): Map<string, readonly string[]> {
  const services = new Map<string, Set<string>>();
  for (const { key, nested, flat } of answers.flatMap(({ aggregations }) => aggregations?.indices?.buckets ?? [])) {
    const known = entryOf(services, spanIndexFamily(key), () => new Set());
    for (const found of [nested, flat?.services]) for (const { key } of found?.buckets ?? []) known.add(key);
  }
  return new Map([...services].map(([name, found]) => [name, [...found].sort()]));
}
