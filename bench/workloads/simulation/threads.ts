import type { Clock } from "./clock";
import type { Random } from "./random";
import type { Service } from "./service-graph";

const poolThreads = 32;
const greenThreads = 8;
/** What a reader needs to hand a request to a worker; nanoseconds. */
const handOver = 20_000;

/** Something that a process does on a thread: a request, or what it left to be done on its own. */
export interface Job {
  /** The thread it runs on, or ran on last; 0 = none yet. */
  thread: number;
}

/** Who runs the jobs of a process, and when. */
export class Threads {
  /** A job gives its thread to others while it waits. */
  readonly #yields: boolean;
  /** Requests are read by a thread of their own before a worker gets them. */
  readonly #reader: number;
  readonly #free: number[] = [];
  readonly #waiting: { readonly job: Job; readonly run: () => void }[] = [];
  #made = 0;
  readonly #most: number;
  readonly #first: number;

  /** `first` is the number of the process' first thread. */
  constructor(
    { threading, threads }: Service,
    first: number,
    private readonly clock: Clock,
    private readonly random: Random,
  ) {
    this.#yields = threading === "event-loop" || threading === "green-threads";
    this.#reader = threading === "thread-pool" ? first : 0;
    this.#first = first + 1;
    if (threading === "thread-per-request") this.#most = Number.POSITIVE_INFINITY;
    else if (threading === "event-loop") this.#most = 1;
    else this.#most = threads ?? (threading === "thread-pool" ? poolThreads : greenThreads);
  }

  /** Runs `read` on the thread that reads a request and `run` on the one that works on it. */
  begin(job: Job, read: () => void, run: () => void): void {
    if (this.#reader === 0) {
      this.#acquire(job, () => {
        read();
        run();
      });
      return;
    }
    job.thread = this.#reader;
    read();
    this.clock.after(handOver, () => this.#acquire(job, run));
  }

  /** Begins a job that no request asked for directly. */
  beginDetached(job: Job, run: () => void): void {
    this.#acquire(job, run);
  }

  /** The job waits for something. */
  pause(job: Job): void {
    if (this.#yields) this.#release(job);
  }

  /** What the job waited for has come. */
  resume(job: Job, run: () => void): void {
    if (this.#yields) this.#acquire(job, run);
    else run();
  }

  finish(job: Job): void {
    this.#release(job);
  }

  #acquire(job: Job, run: () => void): void {
    const thread = this.#freeThread();
    if (thread === undefined) {
      this.#waiting.push({ job, run });
      return;
    }
    job.thread = thread;
    run();
  }

  #freeThread(): number | undefined {
    if (this.#free.length > 0) return this.#free.splice(this.random.below(this.#free.length), 1)[0];
    if (this.#made >= this.#most) return undefined;
    this.#made += 1;
    return this.#first + this.#made - 1;
  }

  #release(job: Job): void {
    const { thread } = job;
    const next = this.#waiting.shift();
    if (next === undefined) {
      this.#free.push(thread);
      return;
    }
    // Not within the job that releases: it may still have something to note of this moment.
    this.clock.after(0, () => {
      next.job.thread = thread;
      next.run();
    });
  }
}
