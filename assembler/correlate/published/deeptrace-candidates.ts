import type { Exchange, ProcessTraffic } from "../algorithm";
import { openRequests } from "./open-requests";

/** Of one call, those looked at: the latest, since beyond this many open at once times tell little. */
const mostCandidates = 64;

/** A request that may have made a call. */
export interface Candidate {
  readonly request: number;
  readonly call: number;
  /** Cosine of the two's identifiers, each weighted by its rarity; 0 to 1. */
  readonly shared: number;
  /** Cosine of how the two endpoints' traffic rises and falls; 0 to 1. */
  readonly together: number;
  score: number;
}

/** Exchanges counted as one stretch when endpoints' traffic is compared. */
const stretch = 100;

/** Per call, the requests open when it began. */
export function candidatesOf(traffic: ProcessTraffic): Candidate[][] {
  const { requests, calls } = traffic;
  const shared = sharedIdentifiers(traffic);
  const together = trafficTogether(traffic);
  return openRequests(traffic).map((open, call) =>
    open.slice(-mostCandidates).map((request) => {
      const pair = `${(requests[request] as Exchange).key}\n${(calls[call] as Exchange).key}`;
      return { request, call, shared: shared(request, call), together: together.get(pair) ?? 0, score: 0 };
    }),
  );
}

/** How alike a request's and a call's identifiers are, by term frequency times inverse document frequency. */
function sharedIdentifiers({ requests, calls }: ProcessTraffic): (request: number, call: number) => number {
  const holders = new Map<string, number>();
  for (const { identifiers } of [...requests, ...calls])
    for (const identifier of new Set(identifiers)) holders.set(identifier, (holders.get(identifier) ?? 0) + 1);
  const documents = requests.length + calls.length;
  const weightOf = (identifier: string) => Math.max(Math.log(documents / (1 + (holders.get(identifier) ?? 0))), 0);
  const lengthOf = ({ identifiers }: Exchange) =>
    Math.sqrt(identifiers.reduce((sum, identifier) => sum + weightOf(identifier) ** 2, 0));
  const requestLengths = requests.map(lengthOf);
  const callLengths = calls.map(lengthOf);
  return (request, call) => {
    const length = (requestLengths[request] as number) * (callLengths[call] as number);
    if (length === 0) return 0;
    const own = (requests[request] as Exchange).identifiers;
    const common = (calls[call] as Exchange).identifiers.filter((identifier) => own.includes(identifier));
    return common.reduce((sum, identifier) => sum + weightOf(identifier) ** 2, 0) / length;
  };
}

/** Per kind of request and kind of call, the cosine of their numbers in each stretch of the process' traffic. */
function trafficTogether({ requests, calls }: ProcessTraffic): Map<string, number> {
  const kinds = new Map<string, Float64Array>();
  const all = [
    ...requests.map(({ start, key }) => ({ start, kind: `request ${key}` })),
    ...calls.map(({ start, key }) => ({ start, kind: `call ${key}` })),
  ].sort((left, right) => left.start - right.start);
  for (const [place, { kind }] of all.entries()) {
    let counts = kinds.get(kind);
    if (counts === undefined) {
      counts = new Float64Array(Math.ceil(all.length / stretch));
      kinds.set(kind, counts);
    }
    const index = Math.floor(place / stretch);
    counts[index] = (counts[index] as number) + 1;
  }
  const together = new Map<string, number>();
  for (const request of new Set(requests.map(({ key }) => key)))
    for (const call of new Set(calls.map(({ key }) => key))) {
      const left = kinds.get(`request ${request}`) as Float64Array;
      const right = kinds.get(`call ${call}`) as Float64Array;
      together.set(
        `${request}\n${call}`,
        product(left, right) / Math.sqrt(product(left, left) * product(right, right)),
      );
    }
  return together;
}

function product(left: Float64Array, right: Float64Array): number {
  return left.reduce((sum, value, index) => sum + value * (right[index] as number), 0);
}
