/** What a process does for a request, in turn. Times are medians in milliseconds. */
export type Step =
  /** Computes: keeps its thread. */
  | { readonly kind: "work"; readonly ms: number }
  /** Waits for something that is not recorded, a timer or a disk. */
  | { readonly kind: "wait"; readonly ms: number }
  | { readonly kind: "call"; readonly to: string; readonly endpoint: string }
  /** Several calls at once; goes on when all are answered. */
  | { readonly kind: "parallel"; readonly calls: readonly CallStep[] }
  /** Only for this share of the requests: what a cache miss makes needed. */
  | { readonly kind: "sometimes"; readonly share: number; readonly steps: readonly Step[] }
  /** A call that fails for this share of the tries and is made again, at most so many times. */
  | { readonly kind: "retry"; readonly call: CallStep; readonly failing: number; readonly most: number }
  /** Goes on by itself; the request does not wait for it. */
  | { readonly kind: "detached"; readonly steps: readonly Step[] };

export type CallStep = Extract<Step, { kind: "call" }>;

/**
 * Who does the work of a process:
 * - `thread-per-request`: the thread that reads a request does all of it, and waits with it;
 * - `thread-pool`: a reader hands requests to workers, each of which does one to its end;
 * - `event-loop`: one thread, which turns to another request whenever one waits, and is not interrupted;
 * - `green-threads`: requests move between some threads whenever they wait.
 */
export type Threading = "thread-per-request" | "thread-pool" | "event-loop" | "green-threads";

export interface Service {
  readonly name: string;
  readonly host: string;
  readonly threading: Threading;
  /** Of a pool and of green threads. */
  readonly threads?: number;
  /** False: no agent sees it. */
  readonly isObserved?: boolean;
  readonly endpoints: Readonly<Record<string, readonly Step[]>>;
}

export interface ServiceGraph {
  readonly name: string;
  readonly services: readonly Service[];
  /** Whom requests from outside go to, one as often as another. */
  readonly entries: readonly { readonly service: string; readonly endpoint: string }[];
}

export function work(ms: number): Step {
  return { kind: "work", ms };
}

export function call(to: string, endpoint: string): CallStep {
  return { kind: "call", to, endpoint };
}
