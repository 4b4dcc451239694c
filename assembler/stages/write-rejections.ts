import type { Assembly, HeldRejection } from "../assembly";
import type { Turn } from "../turn";

/** Records the documents that are no spans, with reason and place; only then may the cursor pass them. */
export async function writeRejections({ rejections, store, window }: Assembly, _turn: Turn): Promise<void> {
  if (rejections.length === 0) return;
  window.cuts.noteSettled(window.groups);
  const ready: HeldRejection[] = [];
  const waiting: HeldRejection[] = [];
  for (const held of rejections) {
    const isReady = held.cutFrom === undefined || window.cuts.isStored(held.cutFrom);
    (isReady ? ready : waiting).push(held);
  }
  if (ready.length === 0) return;
  await store.traces.reject(ready.map(({ rejection }) => rejection));
  rejections.length = 0;
  for (const held of waiting) rejections.push(held);
  for (const { hold } of ready) if (hold !== undefined) hold.held -= 1;
}
