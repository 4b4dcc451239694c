import { entryOf } from "../collections/entry-of";
import { isInstrumented, type Span } from "../span/span";
import type { ConnectionPairs } from "./connection-pairs";
import { ConnectionTable } from "./connection-table";
import { type IdentifyingHeaders, noHeaders } from "./identifying-headers";
import { type Link, usualLeastConfidence } from "./link";
import { PlacedSpan } from "./placed-span";
import { ProcessCalls } from "./process-calls";

/**
 * Finds parents for the spans it holds: between processes by connection, inside a process by what it had to do then.
 *
 *     add, remove ─► connections and processes that changed ─► solve ─► spans whose link changed
 *
 * Links follow from the spans held and from nothing else, so they are the same however the spans came in. Spans that
 * name their parent keep it, and take their place among the others.
 */
export class Correlator {
  readonly #connections = new ConnectionTable();
  readonly #processes = new Map<string, Map<number, ProcessCalls>>();
  readonly #changedConnections = new Set<ConnectionPairs>();
  readonly #changedProcesses = new Set<ProcessCalls>();

  /** Links of less than `leastConfidence` are marked as doubtful. */
  constructor(
    readonly headers: IdentifyingHeaders = noHeaders,
    readonly leastConfidence = usualLeastConfidence,
  ) {}

  add(span: Span): PlacedSpan {
    const placed = new PlacedSpan(span, this.leastConfidence);
    const connection = this.#connections.of(span);
    if (connection !== undefined) {
      connection.add(placed);
      this.#changedConnections.add(connection);
    }
    const process = this.#processOf(span);
    process.add(placed);
    this.#changedProcesses.add(process);
    return placed;
  }

  /** Takes out single spans, whose places others may take: their neighbours are solved again. */
  replaceAll(gone: readonly PlacedSpan[]): void {
    const processes = new Set<ProcessCalls>();
    for (const placed of gone) {
      const process = this.#processOf(placed.span);
      process.replace(placed);
      processes.add(process);
    }
    this.removeAll(gone);
    for (const process of processes) this.#changedProcesses.add(process);
    for (const { span } of gone) {
      const connection = this.#connections.of(span);
      if (connection !== undefined) this.#changedConnections.add(connection);
    }
  }

  /** Takes out whole traces: what their spans took from others nobody else wants. */
  removeAll(gone: readonly PlacedSpan[]): void {
    const connections = new Map<ConnectionPairs, Span>();
    const processes = new Map<ProcessCalls, Span>();
    for (const placed of gone) {
      placed.leave();
      const connection = this.#connections.of(placed.span);
      if (connection !== undefined) {
        connection.leaves(placed);
        connections.set(connection, placed.span);
      }
      const process = this.#processOf(placed.span);
      process.leaves(placed);
      processes.set(process, placed.span);
    }
    for (const [connection, span] of connections) {
      connection.dropGone();
      if (!connection.isEmpty) continue;
      this.#connections.delete(span);
      this.#changedConnections.delete(connection);
    }
    for (const [process, span] of processes) {
      process.dropGone();
      if (!process.isEmpty) continue;
      this.#changedProcesses.delete(process);
      const ofAgent = this.#processes.get(span.agent);
      ofAgent?.delete(span.tgid);
      if (ofAgent?.size === 0) this.#processes.delete(span.agent);
    }
  }

  /** Works out the links of what changed since the last call; returns the spans whose link is another one now. */
  solve(): PlacedSpan[] {
    const changed: PlacedSpan[] = [];
    for (const connection of this.#changedConnections) connection.solve(changed);
    for (const process of this.#changedProcesses) process.solve(changed);
    this.#changedConnections.clear();
    this.#changedProcesses.clear();
    return changed;
  }

  /** The processes whose spans are here. */
  *processes(): Generator<ProcessCalls> {
    for (const ofAgent of this.#processes.values()) yield* ofAgent.values();
  }

  #processOf(span: Span): ProcessCalls {
    const ofAgent = entryOf(this.#processes, span.agent, () => new Map<number, ProcessCalls>());
    return entryOf(ofAgent, span.tgid, () => new ProcessCalls(this.headers));
  }
}

/** Links of all spans at once; those absent have no parent, or name it themselves. */
export function correlateAll(spans: readonly Span[], headers = noHeaders): Map<Span, Link> {
  const correlator = new Correlator(headers);
  for (const span of spans) if (!isInstrumented(span)) correlator.add(span);
  const links = new Map<Span, Link>();
  for (const placed of correlator.solve()) if (placed.link !== undefined) links.set(placed.span, placed.link);
  return links;
}
