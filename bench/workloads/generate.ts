import type { Exchange } from "../../assembler/correlate/algorithm";
import { Random } from "./simulation/random";
import type { ServiceGraph } from "./simulation/service-graph";
import { simulate, type TrueExchange } from "./simulation/simulate";
import { type KnownCall, type KnownRequest, observedProcess, type Workload } from "./workload";

export interface GeneratorOptions {
  readonly graph: ServiceGraph;
  /** Requests per second from outside. */
  readonly load: number;
  /** Requests from outside in all. */
  readonly count: number;
  readonly seed: number;
  /** Share of the requests and calls that agents miss; 0 unless given. */
  readonly lost?: number;
  /** Share of the messages in which their trace's identifier shows; 0 unless given. */
  readonly identified?: number;
  /** Added to the name. */
  readonly variant?: string;
}

/** Hosts' clocks differ by up to so many nanoseconds. */
const clockOffset = 5e9;
/** Users and builds, whose identifiers show in many traces' messages. */
const users = 20;

/** A workload with its truth, the same for the same options. Times are whole nanoseconds on each host's own clock. */
export function generate(options: GeneratorOptions): Workload {
  const { graph, load, count, seed, lost = 0, identified = 0, variant = "" } = options;
  const happened = simulate(graph, load, count, seed);
  // Its own numbers: what agents see of a run does not change the run.
  const random = new Random(seed ^ 0x5bd1e995);
  const offsets = new Map(graph.services.map(({ host }) => [host, Math.round(clockOffset * (1 + random.next()))]));
  const tokens = new Map<string, readonly string[]>();
  const build = random.identifier();
  const userTokens = Array.from({ length: users }, () => random.identifier());
  const observed = new Map(graph.services.flatMap((each) => (each.isObserved === false ? [] : [[each.name, each]])));
  const requests = new Map<string, KnownRequest[]>();
  const calls = new Map<string, KnownCall[]>();
  let spans = 0;
  for (const exchange of happened) {
    const service = observed.get(exchange.service);
    if (service === undefined || random.chance(lost)) continue;
    spans += 1;
    const { trace, requestId } = exchange;
    if (!tokens.has(trace)) tokens.set(trace, [random.identifier(), userTokens[random.below(users)] as string, build]);
    const shown = identified > 0 && random.chance(identified) ? (tokens.get(trace) as readonly string[]) : [];
    const seen = { exchange: seenExchange(exchange, offsets.get(service.host) as number, shown), trace };
    if (exchange.kind === "request") listOf(requests, service.name).push(seen);
    else listOf(calls, service.name).push({ ...seen, requestId });
  }
  const processes = [...calls].map(([name, made]) => observedProcess(name, requests.get(name) ?? [], made));
  const family = `${graph.name}${variant}`;
  return { name: `${family}-${load}`, family, load, spans, processes };
}

function seenExchange(exchange: TrueExchange, offset: number, identifiers: readonly string[]): Exchange {
  const { id, key, thread } = exchange;
  return { id, start: exchange.start + offset, end: exchange.end + offset, thread, key, identifiers };
}

function listOf<T>(lists: Map<string, T[]>, key: string): T[] {
  let list = lists.get(key);
  if (list === undefined) {
    list = [];
    lists.set(key, list);
  }
  return list;
}

/** The same workload as it looks where no payload holds an identifier. */
export function masked(workload: Workload): Workload {
  const without = (exchanges: readonly Exchange[]) => exchanges.map((exchange) => ({ ...exchange, identifiers: [] }));
  return {
    ...workload,
    name: `${workload.name}-masked`,
    processes: workload.processes.map((process) => ({
      ...process,
      traffic: { requests: without(process.traffic.requests), calls: without(process.traffic.calls) },
    })),
  };
}
