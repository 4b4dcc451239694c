import type { Assembly } from "../assembly";
import type { Turn } from "../turn";

/** Records the documents that are no spans, with reason and place; only then may the cursor pass them. */
export async function writeRejections({ rejections, store }: Assembly, _turn: Turn): Promise<void> {
  if (rejections.length === 0) return;
  const batch = [...rejections];
  await store.traces.reject(batch.map(({ rejection }) => rejection));
  rejections.splice(0, batch.length);
  for (const { hold } of batch) hold.held -= 1;
}
