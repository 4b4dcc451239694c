import { spawnSync } from "node:child_process";
import type { ServiceProcess, WatchedServices } from "./choose-services";
import { chooseServices } from "./choose-services";
import type { Log } from "./log";
import { isTracedBy, listProcesses } from "./process-table";
import { ServiceTrace, type TraceEvents } from "./service-trace";
import { StraceSession } from "./strace-session";

const scanMs = 1_000;
/** Pause before a process is tried again whose tracing was refused. */
const refusedMs = 30_000;
const attachPollMs = 20;

interface TracedProcess extends ServiceProcess {
  session: StraceSession;
  trace: ServiceTrace;
  attached: boolean;
}

/** Keeps one strace on every watched process: new ones are attached within about a second, gone ones dropped. */
export class Tracer {
  readonly #traced = new Map<number, TracedProcess>();
  readonly #refusedUntil = new Map<number, number>();
  /** Children of traced processes, which strace follows by itself. */
  #followed: ServiceProcess[] = [];
  readonly #warned = new Set<string>();
  readonly #hasSetpriv = spawnSync("setpriv", ["--version"], { stdio: "ignore" }).status === 0;
  #watched: WatchedServices;
  #timer: NodeJS.Timeout | undefined;
  #scanning: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(
    watched: WatchedServices,
    private readonly events: Omit<TraceEvents, "message">,
    private readonly stateDirectory: string,
    private readonly log: Log,
  ) {
    this.#watched = watched;
  }

  start(): void {
    this.#scanning = this.#scan();
  }

  /** Watches other services from now on. */
  async watch(watched: WatchedServices): Promise<void> {
    this.#watched = watched;
    this.#refusedUntil.clear();
    await this.#scanning;
    clearTimeout(this.#timer);
    if (this.#stopped) return;
    this.start();
    await this.#scanning;
  }

  /** The pids that are fully attached, by service; a service without one is listed too. */
  services(): { name: string; pids: number[] }[] {
    const pids = new Map<string, number[]>(Object.keys(this.#watched.services).map((name) => [name, []]));
    const attached = [...this.#traced.values()].filter((traced) => traced.attached);
    for (const { service, pid } of [...attached, ...this.#followed]) {
      pids.set(
        service,
        [...(pids.get(service) ?? []), pid].sort((a, b) => a - b),
      );
    }
    return [...pids].map(([name, found]) => ({ name, pids: found })).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Lets go of every process, and returns when all that was seen has been given. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#scanning;
    clearTimeout(this.#timer);
    await Promise.all([...this.#traced.values()].map(({ session }) => session.stop()));
  }

  async #scan(): Promise<void> {
    try {
      const processes = await listProcesses();
      const chosen = chooseServices(processes, this.#watched, process.pid);
      const wanted = new Map(chosen.map((entry) => [entry.pid, entry.service]));
      const leaving = [...this.#traced.values()].filter(({ pid, service }) => wanted.get(pid) !== service);
      await Promise.all(leaving.map(({ session }) => session.stop()));
      const tracerOf = new Map(processes.map(({ pid, tracer }) => [pid, tracer]));
      const own = new Set([...this.#traced.values()].map(({ session }) => session.tracerPid));
      const unattended = chosen.filter(({ pid }) => !this.#traced.has(pid));
      this.#followed = unattended.filter(({ pid }) => own.has(tracerOf.get(pid)));
      for (const entry of unattended) {
        if (!this.#followed.includes(entry)) this.#consider(entry, tracerOf.get(entry.pid) ?? 0);
      }
      for (const { trace } of this.#traced.values()) trace.sweep(Date.now());
    } catch (error) {
      this.log.error("the scan for services failed", { error: String(error) });
    }
    if (!this.#stopped) this.#timer = setTimeout(() => this.start(), scanMs);
  }

  #consider(entry: ServiceProcess, tracer: number): void {
    if (this.#stopped || (this.#refusedUntil.get(entry.pid) ?? 0) > Date.now()) return;
    // The strace of an agent that was killed a moment ago may still be there: looked at again with the next scan.
    if (tracer !== 0) this.#warn(entry, `it is already traced by process ${tracer}`);
    else this.#attach(entry);
  }

  #attach({ pid, service }: ServiceProcess): void {
    const trace = new ServiceTrace(pid, service, {
      ...this.events,
      message: (text) => this.#warn({ pid, service }, text),
    });
    const session = new StraceSession(
      { pid, directory: this.stateDirectory, hasSetpriv: this.#hasSetpriv },
      { line: (line) => trace.line(line, Date.now()), ended: () => this.#ended(traced) },
    );
    const traced: TracedProcess = { pid, service, session, trace, attached: false };
    this.#traced.set(pid, traced);
    void this.#confirmAttached(traced);
  }

  #ended({ pid, service, trace, attached }: TracedProcess): void {
    trace.end(Date.now());
    this.#traced.delete(pid);
    if (attached) this.log.info("service let go", { service, pid });
    else this.#refusedUntil.set(pid, Date.now() + refusedMs);
  }

  async #confirmAttached(traced: TracedProcess): Promise<void> {
    const tracer = traced.session.tracerPid;
    while (tracer !== undefined && this.#traced.get(traced.pid) === traced) {
      if (await isTracedBy(traced.pid, tracer)) {
        traced.attached = true;
        this.log.info("service attached", { service: traced.service, pid: traced.pid });
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, attachPollMs));
    }
  }

  /** Says each reason once per process. */
  #warn({ pid, service }: ServiceProcess, reason: string): void {
    const key = `${pid} ${reason}`;
    if (this.#warned.has(key)) return;
    this.#warned.add(key);
    this.log.warn("service cannot be traced for now", { service, pid, reason });
  }
}
