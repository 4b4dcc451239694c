import type { Assembly } from "../assembly";
import type { Minute } from "../trace/minute";
import { documentMinutes } from "../trace/trace-document";
import type { AssembledGroup } from "../traces-under-way";
import type { Turn } from "../turn";
import type { StoredDocument } from "../window/member";

/**
 * Notes the minutes that the writing of these traces touches: those of the traces as they will be and as they were. After
 * a crash their metrics are counted again. `minutes`: those of the traces of this turn that were announced before; they
 * stay so until `releaseMinutes`.
 */
export async function announceMinutes(
  assembly: Assembly,
  assembled: readonly AssembledGroup[],
  minutes: Set<Minute>,
): Promise<void> {
  const { minuteLog, window } = assembly;
  if (minuteLog === undefined) return;
  const replaced = new Set<StoredDocument>(window.documents.obsolete());
  for (const { group, traceId, document, minutes: own } of assembled) {
    const known = window.documents.get(traceId);
    const isUnchanged = document === undefined;
    // Also when it is unchanged: an earlier try whose answer was lost may have written it after its minutes were counted.
    for (const minute of own) minutes.add(minute);
    if (own.length === 0 && !isUnchanged) assembly.tally.tracesWithoutMinute += 1;
    if (known !== undefined && !isUnchanged) replaced.add(known);
    for (const { document: holder } of group.members) {
      if (holder !== undefined && holder !== known) replaced.add(holder);
    }
  }
  for (const document of replaced) for (const minute of minutesOf(document)) minutes.add(minute);
  if (minutes.size > 0) await minuteLog.announce([...minutes]);
}

/** Where the writes of this turn are over; else the next turn does it. */
export function releaseMinutes({ minuteLog, underWay }: Assembly, _turn: Turn): void {
  if (underWay === undefined) minuteLog?.release();
}

function minutesOf({ minutes, text }: StoredDocument): readonly Minute[] {
  return minutes ?? (text === undefined ? [] : documentMinutes(text));
}
