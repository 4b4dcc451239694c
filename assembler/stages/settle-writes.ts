import type { Assembly } from "../assembly";
import type { Rejection, TraceVersion, WriteOutcome } from "../store";
import type { AssembledGroup } from "../traces-under-way";
import type { Turn } from "../turn";
import type { Member } from "../window/member";
import { takeBackTraces } from "../window/take-back";
import { outcomesOf } from "./send-traces";

/**
 * Waits for the answers to what was sent, and goes by them: groups whose traces are stored come to rest; traces whose
 * spans are all in others now are deleted. One that changed behind our back is taken back and goes again; one that will
 * never be taken is put down as rejected, span by span. Does nothing when nothing is under way.
 */
export async function settleWrites(assembly: Assembly, turn: Turn): Promise<void> {
  const { underWay, window, tally } = assembly;
  if (underWay === undefined) return;
  assembly.underWay = undefined;
  const { sent, faults } = await outcomesOf(underWay);
  for (const assembled of underWay.unchanged) {
    const known = window.documents.get(assembled.traceId);
    if (known === undefined) continue;
    tally.tracesUnchanged += 1;
    settle(assembly, turn, assembled, known.version);
  }
  const conflicts: Conflict[] = [];
  const refused: [AssembledGroup, reason: string][] = [];
  for (const { assembled, outcome } of sent) {
    if (outcome.kind === "conflict") conflicts.push({ id: assembled.traceId, assembled });
    else if (outcome.kind === "refused") refused.push([assembled, outcome.reason]);
    else if (outcome.kind === "busy") {
      turn.busy = outcome.reason;
      noteUnanswered(assembly, assembled);
    } else {
      turn.hasWritten = true;
      tally.tracesWritten += 1;
      if (window.documents.get(assembled.traceId) !== undefined) tally.tracesAmended += 1;
      settle(assembly, turn, assembled, outcome.version);
    }
  }
  // This may fail, so it comes after what became of the others is known.
  for (const [assembled, reason] of refused) await putDown(assembly, assembled, reason);
  if (faults.length > 0) throw faults[0];
  await deleteObsolete(assembly, turn, conflicts);
  await takeBackConflicts(assembly, turn, conflicts);
}

/** One that replaced a version will be told from it; of a new one nobody would know. */
function noteUnanswered({ window, unanswered }: Assembly, { traceId }: AssembledGroup): void {
  if (window.documents.get(traceId) === undefined) unanswered.add(traceId);
}

function settle(assembly: Assembly, turn: Turn, assembled: AssembledGroup, version: TraceVersion): void {
  const { members, traceId, minutes, written } = assembled;
  assembly.window.documents.keep({ id: traceId, version, members, text: undefined, written, minutes });
  comeToRest(assembly, turn, assembled);
}

/**
 * A group that spans came to meanwhile stays open: it is not as it was sent. So does one that was written before it came
 * to rest, so that its document says in the end that it did; unless it has to make room.
 */
function comeToRest({ window: { groups }, memoryTime }: Assembly, turn: Turn, assembled: AssembledGroup): void {
  if (!isAsSent(assembled)) return;
  const { group, closedBy } = assembled;
  const isEarly = closedBy === "max_wait_ms" || closedBy === "with_another";
  if (isEarly && groups.open.has(group)) group.waitsSince = turn.now;
  else groups.settle(group, memoryTime.now());
}

function isAsSent({ group, changes }: AssembledGroup): boolean {
  return group.changes === changes;
}

async function deleteObsolete(assembly: Assembly, turn: Turn, conflicts: Conflict[]): Promise<void> {
  const { window, store, tally, fence } = assembly;
  const obsolete = window.documents.obsolete();
  if (obsolete.length === 0) return;
  // The lease may have gone since the others were sent.
  fence();
  const outcomes = await store.traces.delete(obsolete.map(({ id, version }) => ({ id, expected: version })));
  for (const [place, document] of obsolete.entries()) {
    const outcome = outcomes[place] as WriteOutcome;
    if (outcome.kind === "busy") turn.busy = outcome.reason;
    else if (outcome.kind === "conflict") conflicts.push({ id: document.id, assembled: undefined });
    else {
      turn.hasWritten = true;
      tally.tracesDeleted += 1;
      window.documents.forget(document);
    }
  }
}

/** A document whose stored version is not the one we know; `assembled` is what should have replaced it. */
interface Conflict {
  readonly id: string;
  readonly assembled: AssembledGroup | undefined;
}

async function takeBackConflicts(assembly: Assembly, turn: Turn, conflicts: readonly Conflict[]): Promise<void> {
  if (conflicts.length === 0) return;
  const { window, store, tally } = assembly;
  tally.conflicts += conflicts.length;
  const found = await store.traces.load(conflicts.map(({ id }) => id));
  const present = new Set(found.map((trace) => trace.id));
  const unreadable = takeBackTraces(window, found, turn.now);
  for (const { id, assembled } of conflicts) {
    const known = window.documents.get(id);
    if (known !== undefined && (!present.has(id) || unreadable.has(id))) window.documents.forget(known);
    if (assembled !== undefined && unreadable.has(id)) {
      await putDown(assembly, assembled, "the document stored under its id is no trace of ours");
    }
  }
}

/** A trace the store refuses must not hold up the others: its spans that are in no trace are rejected instead. */
async function putDown(assembly: Assembly, assembled: AssembledGroup, reason: string): Promise<void> {
  const { window, store, memoryTime, tally, notice } = assembly;
  tally.tracesRefused += 1;
  notice("Elasticsearch refused a trace; its spans are in spans_rejected", { trace_id: assembled.traceId, reason });
  const rejections = rejectionsOf(assembled.members, `trace ${assembled.traceId} was refused: ${reason}`);
  await store.traces.reject(rejections);
  tally.spansRejected += rejections.length;
  if (isAsSent(assembled)) window.groups.settle(assembled.group, memoryTime.now());
}

function rejectionsOf(members: readonly Member[], reason: string): Rejection[] {
  const rejections: Rejection[] = [];
  for (const { span, hold, seqNo, document } of members) {
    if (document !== undefined || hold === undefined) continue;
    const pointer = { index: hold.shard.index, id: span.documentId, seqNo };
    rejections.push({ pointer, spanId: span.spanId, field: "", reason });
  }
  return rejections;
}
