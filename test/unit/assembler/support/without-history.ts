import { RawText } from "../../../../assembler/json/raw-text";
import { contentOf } from "../../../../assembler/trace/history-text";

/** Text of a trace document without what tells when and how often it was written: all of it that follows from its spans. */
export function withoutHistory(document: string): string {
  return `{${contentOf(RawText.from(document))}`;
}
