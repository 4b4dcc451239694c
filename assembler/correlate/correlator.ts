import { entryOf } from "../collections/entry-of";
import { isInstrumented, type Span } from "../span/span";
import type { ConnectionPairs } from "./connection-pairs";
import { ConnectionTable, clientIpOf } from "./connection-table";
import { type IdentifyingHeaders, noHeaders } from "./identifying-headers";
import { type Link, usualLeastConfidence } from "./link";
import { PlacedSpan } from "./placed-span";
import { ProcessCalls } from "./process-calls";
import { TranslatedPairs } from "./translated/translated-pairs";

const mostPassedOver = 100_000;

/** A span with where it has its place, so that this need not be looked for when it goes. */
export class CorrelatedSpan extends PlacedSpan {
  constructor(
    span: Span,
    readonly process: ProcessCalls,
    /** Undefined when the span has no addresses. */
    readonly connection: ConnectionPairs | undefined,
  ) {
    super(span);
  }
}

/**
 * Finds parents for the spans it holds: between processes by connection, or by payload where translators and proxies give
 * each side another one; inside a process by what it had to do then.
 *
 *     add, remove ─► connections and processes that changed ─► solve ─► spans whose link changed
 *
 * Links follow from the spans held and from nothing else, so they are the same however the spans came in. Spans that
 * name their parent keep it, and take their place among the others where one of these looks for its parent. Elsewhere
 * they need not be added, until `takeNewlyWanted`.
 */
export class Correlator {
  readonly #connections = new ConnectionTable();
  readonly #translated = new TranslatedPairs();
  /** Came since the last solution, on connections with one side. */
  #unmet: CorrelatedSpan[] = [];
  readonly #processes = new Map<string, Map<number, ProcessCalls>>();
  readonly #changedConnections = new Set<ConnectionPairs>();
  readonly #changedProcesses = new Set<ProcessCalls>();
  #isNewlyWanted = false;
  /** Addresses of the clients of spans that were not needed: most connections on which a parent is looked for come from others. */
  readonly #passedOver = new Set<string>();
  readonly #newProcess = () => new ProcessCalls(this.headers);

  /** Links of less than `leastConfidence` are marked as doubtful. */
  constructor(
    readonly headers: IdentifyingHeaders = noHeaders,
    readonly leastConfidence = usualLeastConfidence,
  ) {}

  /** Whether the span's parent is to be found, or another one's for which it counts. */
  needs(span: Span): boolean {
    if (span.parentId === "") return true;
    // Where all spans name their parents neither has any.
    if (this.#processes.size > 0 && this.#processes.get(span.agent)?.get(span.tgid)?.isWanted) return true;
    if (!this.#connections.isEmpty && this.#connections.find(span)?.isWanted) return true;
    this.#passedOver.add(clientIpOf(span));
    // Most may be gone: who asks again for all that are here leaves only theirs.
    if (this.#passedOver.size > mostPassedOver) this.#isNewlyWanted = true;
    return false;
  }

  /**
   * Whether since the last call a parent was first looked for where spans were not needed before. They may be now: of all
   * of them it is to be asked again.
   */
  takeNewlyWanted(): boolean {
    if (!this.#isNewlyWanted) return false;
    this.#isNewlyWanted = false;
    this.#passedOver.clear();
    return true;
  }

  add(span: Span): CorrelatedSpan {
    const placed = new CorrelatedSpan(span, this.#processOf(span), this.#connections.of(span));
    const { connection, process } = placed;
    if (connection !== undefined) {
      const isFirst = connection.add(placed);
      if (isFirst && this.#passedOver.has(clientIpOf(span))) this.#isNewlyWanted = true;
      this.#changedConnections.add(connection);
      if (connection.isOneSided) this.#unmet.push(placed);
      if (connection.countOf(span) === 1) this.#translated.noteEnd(span);
    }
    if (process.add(placed)) this.#isNewlyWanted = true;
    this.#changedProcesses.add(process);
    return placed;
  }

  /** Takes out single spans, whose places others may take: their neighbours are solved again. */
  replaceAll(gone: readonly CorrelatedSpan[]): void {
    for (const placed of gone) placed.process.replace(placed);
    this.#takeOut(gone, true);
    for (const { process, connection } of gone) {
      this.#changedProcesses.add(process);
      if (connection !== undefined) this.#changedConnections.add(connection);
    }
  }

  /** Takes out whole traces: what their spans took from others nobody else wants. */
  removeAll(gone: readonly CorrelatedSpan[]): void {
    this.#takeOut(gone, false);
  }

  #takeOut(gone: readonly CorrelatedSpan[], areReplaced: boolean): void {
    const connections = new Map<ConnectionPairs, Span>();
    const processes = new Map<ProcessCalls, Span>();
    for (const placed of gone) {
      const { span, connection, process } = placed;
      placed.leave();
      if (connection !== undefined) {
        connection.leaves(placed);
        connections.set(connection, span);
      }
      process.leaves(placed);
      processes.set(process, span);
    }
    for (const [connection, span] of connections) {
      connection.dropGone();
      this.#translated.remove(connection, areReplaced);
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
    this.#meetUnmet(changed);
    for (const connection of this.#changedConnections) connection.solve(changed);
    this.#translated.solve(changed);
    for (const process of this.#changedProcesses) process.solve(changed);
    this.#changedConnections.clear();
    this.#changedProcesses.clear();
    return changed;
  }

  /** Connections that have one side, so far, are paired with others; those that have two now no longer are. */
  #meetUnmet(changed: PlacedSpan[]): void {
    const fresh = new Map<ConnectionPairs, CorrelatedSpan[]>();
    for (const placed of this.#unmet) {
      const { connection } = placed;
      if (connection === undefined || placed.isGone || !this.#translated.has(connection)) continue;
      entryOf(fresh, connection, newSpans).push(placed);
    }
    this.#unmet = [];
    for (const connection of this.#changedConnections) {
      if (connection.isEmpty) continue;
      const isKnown = this.#translated.has(connection);
      if (!connection.isOneSided) {
        if (isKnown) this.#translated.withdraw(connection, changed);
      } else if (!isKnown) this.#translated.add(connection, [...connection.spans()], changed);
      else this.#translated.add(connection, fresh.get(connection) ?? noSpans, changed);
    }
  }

  /** The processes whose spans are here. */
  *processes(): Generator<ProcessCalls> {
    for (const ofAgent of this.#processes.values()) yield* ofAgent.values();
  }

  /** As stored with the span. */
  linkOf(placed: PlacedSpan): Link | undefined {
    return placed.link(this.leastConfidence);
  }

  #processOf(span: Span): ProcessCalls {
    return entryOf(entryOf(this.#processes, span.agent, newByTgid), span.tgid, this.#newProcess);
  }
}

// Made once, not for each look-up.
const newByTgid = () => new Map<number, ProcessCalls>();
const noSpans: readonly CorrelatedSpan[] = [];
const newSpans = (): CorrelatedSpan[] => [];

/** Links of all spans at once; those absent have no parent, or name it themselves. */
export function correlateAll(spans: readonly Span[], headers = noHeaders): Map<Span, Link> {
  const correlator = new Correlator(headers);
  for (const span of spans) if (!isInstrumented(span)) correlator.add(span);
  const links = new Map<Span, Link>();
  for (const placed of correlator.solve()) {
    const link = correlator.linkOf(placed);
    if (link !== undefined) links.set(placed.span, link);
  }
  return links;
}
