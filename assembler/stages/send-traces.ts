import { setImmediate as turnOfTheLoop } from "node:timers/promises";
import type { Assembly } from "../assembly";
import type { TraceWrite, WriteOutcome } from "../store";
import type { Minute } from "../trace/minute";
import type { CloseReason } from "../trace/trace-history";
import type { AssembledGroup, SentBatch, TracesUnderWay } from "../traces-under-way";
import type { Turn } from "../turn";
import type { Group } from "../window/member";
import { announceMinutes } from "./announce-minutes";
import { assembleTraces, forgetDocuments } from "./assemble-traces";

/** Spans of the traces that are assembled and sent together: two megabytes, so that the store soon has the first ones. */
const spansOfBatch = 2000;
/** Nearly all of a turn: what the store does not keep up with, it does while the next turn takes its spans in. */
const batchesAtOnce = 8;

/** A trace that was sent, and what became of it. */
export interface SentTrace {
  readonly assembled: AssembledGroup;
  readonly outcome: WriteOutcome;
}

/**
 * Assembles the due traces and sends those that differ from what is stored, batch by batch, so that the store works on one
 * while the next is assembled. Needs `due`, fills `assembled`.
 */
export async function sendTraces(assembly: Assembly, turn: Turn): Promise<TracesUnderWay> {
  const batches: SentBatch[] = [];
  const faults: unknown[] = [];
  const minutes = new Set<Minute>();
  forgetDocuments();
  try {
    for (const due of inBatches(turn.due)) {
      await batches.at(-batchesAtOnce)?.answered;
      const assembled = assembleTraces(assembly, turn, due);
      await announceMinutes(assembly, assembled, minutes);
      turn.assembled.push(...assembled);
      batches.push(send(assembly, assembled));
      // The request leaves now, not when everything is assembled.
      await turnOfTheLoop();
    }
  } catch (error) {
    faults.push(error);
  }
  return { batches, unchanged: turn.assembled.filter(({ document }) => document === undefined), faults };
}

/** What became of the traces that were sent, and of the sending, once all of it is over. Of a batch that failed all are busy. */
export async function outcomesOf(
  underWay: TracesUnderWay,
): Promise<{ readonly sent: readonly SentTrace[]; readonly faults: readonly unknown[] }> {
  const sent: SentTrace[] = [];
  const faults = [...underWay.faults];
  for (const batch of underWay.batches) {
    try {
      const outcomes = await batch.answered;
      for (const [place, assembled] of batch.sent.entries()) {
        sent.push({ assembled, outcome: outcomes[place] as WriteOutcome });
      }
    } catch (error) {
      faults.push(error);
      for (const assembled of batch.sent) sent.push({ assembled, outcome: { kind: "busy", reason: String(error) } });
    }
  }
  return { sent, faults };
}

function send({ fence, store, window }: Assembly, assembled: readonly AssembledGroup[]): SentBatch {
  fence();
  const sent: AssembledGroup[] = [];
  const writes: TraceWrite[] = [];
  for (const each of assembled) {
    const { traceId: id, document } = each;
    if (document === undefined) continue;
    sent.push(each);
    writes.push({ id, document, expected: window.documents.get(id)?.version });
  }
  const answered = store.traces.write(writes);
  // Whoever waits for it gets the failure.
  answered.catch(() => {});
  return { sent, answered };
}

/** The last may be empty: what is only to be deleted needs the lease, and its minutes announced, too. */
function* inBatches(due: Turn["due"]): Generator<[Group, CloseReason][]> {
  let batch: [Group, CloseReason][] = [];
  let spans = 0;
  for (const each of due) {
    batch.push(each);
    spans += each[0].members.length;
    if (spans < spansOfBatch) continue;
    yield batch;
    batch = [];
    spans = 0;
  }
  yield batch;
}
