import { Clock } from "./clock";
import { Random } from "./random";
import type { CallStep, Service, ServiceGraph, Step } from "./service-graph";
import { type Job, Threads } from "./threads";

const nsPerMs = 1e6;
/** Of service times: one in twenty takes 2.7 times the median or more. */
const spread = 0.6;
/** One way between two processes; median in milliseconds. */
const networkMs = 0.15;
/** What a process needs to write one message; milliseconds. */
const writeMs = 0.02;
const retryAfterMs = 2;
/** Threads are numbered so that no two processes share one. */
const threadsPerService = 100_000;

/** A request or a call as it really was; times in nanoseconds on one clock for all. */
export interface TrueExchange {
  readonly id: string;
  readonly kind: "request" | "call";
  readonly service: string;
  readonly trace: string;
  /** Of a call: the request it was made for. */
  readonly requestId: string;
  /** Of a request: the call by which it was asked; "" from outside. */
  readonly callId: string;
  readonly key: string;
  /** Made by something that the request did not wait for. */
  readonly isDetached: boolean;
  start: number;
  end: number;
  /** Thread that read the request, or wrote it: as much as span documents hold. */
  thread: number;
}

interface RunningJob extends Job {
  readonly process: Process;
  readonly request: TrueExchange;
  readonly isDetached: boolean;
}

interface Process {
  readonly service: Service;
  readonly threads: Threads;
}

/** Sends `count` requests from outside, `load` a second, through a graph of services; returns all that happened. */
export function simulate(graph: ServiceGraph, load: number, count: number, seed: number): TrueExchange[] {
  const random = new Random(seed);
  const clock = new Clock();
  const processes = new Map(
    graph.services.map((service, index): [string, Process] => [
      service.name,
      { service, threads: new Threads(service, 1 + index * threadsPerService, clock, random) },
    ]),
  );
  const simulation = new Simulation(clock, random, processes);
  let arrival = 0;
  for (let place = 0; place < count; place += 1) {
    arrival += random.exponential(1e9 / load);
    const { service, endpoint } = graph.entries[place % graph.entries.length] as ServiceGraph["entries"][number];
    clock.after(arrival, () => simulation.ask(service, endpoint, `t${place}`, () => {}));
  }
  clock.run();
  return simulation.exchanges;
}

class Simulation {
  readonly exchanges: TrueExchange[] = [];

  constructor(
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly processes: ReadonlyMap<string, Process>,
  ) {}

  /** A request reaches a service; `answer` runs when its response leaves. */
  ask(to: string, endpoint: string, trace: string, answer: () => void, callId = ""): void {
    const process = this.processes.get(to);
    const steps = process?.service.endpoints[endpoint];
    if (process === undefined || steps === undefined) throw new Error(`The graph has no ${to} ${endpoint}`);
    const request = this.#note({
      kind: "request",
      service: to,
      trace,
      requestId: "",
      callId,
      key: endpoint,
      isDetached: false,
    });
    const job: RunningJob = { process, request, isDetached: false, thread: 0 };
    const read = () => {
      request.start = this.clock.now;
      request.thread = job.thread;
    };
    process.threads.begin(job, read, () =>
      this.#run(job, steps, () => {
        request.end = this.clock.now;
        process.threads.finish(job);
        answer();
      }),
    );
  }

  #run(job: RunningJob, steps: readonly Step[], done: () => void): void {
    const [step, ...rest] = steps;
    if (step === undefined) done();
    else this.#do(job, step, () => this.#run(job, rest, done));
  }

  #do(job: RunningJob, step: Step, done: () => void): void {
    switch (step.kind) {
      case "work":
        this.clock.after(this.#lasting(step.ms), done);
        return;
      case "wait":
        this.#pause(job, step.ms, done);
        return;
      case "call":
        this.#call(job, [step], done);
        return;
      case "parallel":
        this.#call(job, step.calls, done);
        return;
      case "sometimes":
        this.#run(job, this.random.chance(step.share) ? step.steps : [], done);
        return;
      case "retry":
        this.#retry(job, step, step.most, done);
        return;
      case "detached":
        this.#detach(job, step.steps);
        done();
    }
  }

  /** Writes the calls one after the other, waits, and goes on when the last response was read. */
  #call(job: RunningJob, calls: readonly CallStep[], done: () => void): void {
    const { threads, service } = job.process;
    let unanswered = calls.length;
    // Responses that come while the job still writes wait until it has paused.
    let early: (() => void)[] | undefined = [];
    const write = (place: number) => {
      const step = calls[place];
      if (step === undefined) {
        threads.pause(job);
        for (const read of early ?? []) threads.resume(job, read);
        early = undefined;
        return;
      }
      const { request, isDetached } = job;
      const key = `${step.to} ${step.endpoint}`;
      const { trace, id: requestId } = request;
      const made = this.#note({ kind: "call", service: service.name, trace, requestId, callId: "", key, isDetached });
      made.start = this.clock.now;
      made.thread = job.thread;
      const read = () => {
        made.end = this.clock.now;
        unanswered -= 1;
        if (unanswered === 0) done();
        else threads.pause(job);
      };
      const answered = () =>
        this.clock.after(this.#lasting(networkMs), () => {
          if (early === undefined) threads.resume(job, read);
          else early.push(read);
        });
      this.clock.after(this.#lasting(networkMs), () => this.ask(step.to, step.endpoint, trace, answered, made.id));
      this.clock.after(this.#lasting(writeMs), () => write(place + 1));
    };
    write(0);
  }

  #retry(job: RunningJob, step: Extract<Step, { kind: "retry" }>, left: number, done: () => void): void {
    this.#call(job, [step.call], () => {
      if (left <= 1 || !this.random.chance(step.failing)) done();
      else this.#pause(job, retryAfterMs, () => this.#retry(job, step, left - 1, done));
    });
  }

  #pause(job: RunningJob, ms: number, done: () => void): void {
    const { threads } = job.process;
    threads.pause(job);
    this.clock.after(this.#lasting(ms), () => threads.resume(job, done));
  }

  #detach({ process, request }: RunningJob, steps: readonly Step[]): void {
    const job: RunningJob = { process, request, isDetached: true, thread: 0 };
    process.threads.beginDetached(job, () => this.#run(job, steps, () => process.threads.finish(job)));
  }

  #lasting(ms: number): number {
    return this.random.lognormal(ms * nsPerMs, spread);
  }

  #note(what: Omit<TrueExchange, "id" | "start" | "end" | "thread">): TrueExchange {
    const exchange = { ...what, id: `s${this.exchanges.length}`, start: 0, end: 0, thread: 0 };
    this.exchanges.push(exchange);
    return exchange;
  }
}
