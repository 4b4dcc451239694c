import { LayoutScanner } from "../json/layout-scanner";
import type { RawText } from "../json/raw-text";
import type { ScannedRow } from "../json/scanned-row";
import { fieldNames, noteSpanFields } from "./span-fields";

const documents = new LayoutScanner(fieldNames.length);

/** The fields of one span document, until the next one's are found. Throws MalformedJson when it is not an object. */
export function findSpanFields({ bytes, start, end }: RawText): ScannedRow {
  documents.find(bytes, start, end, 1, noteSpanFields);
  return documents.row;
}
