import type { ByteWriter } from "../json/byte-writer";
import type { RawText } from "../json/raw-text";

/** One line or two of a bulk request: the action, and the document unless it is a deletion. */
export interface BulkOperation {
  readonly action: object;
  /** Index, where it is not that of the whole request; the action names it, too. */
  readonly index?: string;
  readonly document?: RawText;
}

/** Appends the body of a bulk request; documents are copied as they are. */
export function writeBulkBody(writer: ByteWriter, operations: readonly BulkOperation[]): void {
  for (const { action, document } of operations) {
    writer.text(`${JSON.stringify(action)}\n`);
    if (document === undefined) continue;
    writer.raw(document.bytes, document.start, document.end);
    writer.text("\n");
  }
}
