import type { RawText } from "../json/raw-text";
import { eachElement, eachMember } from "../json/scan";
import { readText } from "../json/text-values";

const before = "too many spans carry the trace id ";
const after = ": those left out are in spans_rejected";

/** Whether so many spans carry a trace id that some of them were left out. */
export type IsCut = (traceId: string) => boolean;

export function cutWarning(traceId: string): string {
  return `${before}${traceId}${after}`;
}

/** The trace ids that a stored trace says to be cut. Throws MalformedJson when it is none. */
export function cutTraceIds({ bytes, start, end }: RawText): string[] {
  // Seldom there, and sooner told than by reading on.
  if (!bytes.subarray(start, end).includes(before)) return [];
  const ids: string[] = [];
  eachMember(bytes, start, end, (key, from, to) => {
    if (key !== "warnings") return;
    eachElement(bytes, from, to, (warningFrom, warningTo) => {
      const warning = readText(bytes, warningFrom, warningTo);
      if (warning.startsWith(before)) ids.push(warning.slice(before.length, -after.length));
    });
  });
  return ids;
}
