import { ElasticError } from "../../../assembler/elastic/elastic-error";
import type { ElasticSpec } from "../../fleet/elastic-spec";
import { type Traffic, withTraffic } from "./traffic";

/** What cannot be seen while agents are away. */
export interface Blindness {
  readonly windowMinutes: number;
  /** All traces of the window. */
  readonly traces: number;
  /** Traces that hold a span of any service of any of the agents. */
  readonly tracesTouched: number;
  readonly byAgent: ReadonlyMap<string, { readonly services: readonly string[]; readonly tracesTouched: number }>;
}

/** No agent is called so. */
const allOfThem = "*";

/**
 * Which services and how many recent traces the given agents see, by the index each writes to. Resolves with the reason if Elasticsearch does not
 * answer: a plan without it is still a plan.
 */
export async function blindness(
  elastic: ElasticSpec,
  windowMinutes: number,
  indexByAgent: ReadonlyMap<string, string>,
): Promise<Blindness | string> {
  try {
    return await withTraffic(elastic, windowMinutes, (traffic) => inTraffic(traffic, windowMinutes, indexByAgent));
  } catch (error) {
    if (!(error instanceof ElasticError)) throw error;
    return error.message;
  }
}

async function inTraffic(
  { servicesByIndex, traces, tracesWith }: Traffic,
  windowMinutes: number,
  indexByAgent: ReadonlyMap<string, string>,
): Promise<Blindness> {
  const services = new Map([...indexByAgent].map(([agent, index]) => [agent, servicesByIndex.get(index) ?? []]));
  const all = [...new Set([...services.values()].flat())];
  const seen = [...services].filter(([, names]) => names.length > 0);
  const counts = all.length === 0 ? new Map<string, number>() : await tracesWith(new Map([...seen, [allOfThem, all]]));
  return {
    windowMinutes,
    traces,
    tracesTouched: counts.get(allOfThem) ?? 0,
    byAgent: new Map(
      [...services].map(([agent, names]) => [agent, { services: names, tracesTouched: counts.get(agent) ?? 0 }]),
    ),
  };
}

/** `34 % (41 of 120)`; nothing can be said of no traces. */
export function shareInWords(part: number, whole: number): string {
  if (whole === 0) return "no traces to compare with";
  const percent = (100 * part) / whole;
  const rounded = percent > 0 && percent < 1 ? "under 1" : String(Math.round(percent));
  return `${rounded} % (${part} of ${whole})`;
}
