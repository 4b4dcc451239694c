import { ByteWriter } from "../../../../assembler/json/byte-writer";
import type { Trace } from "../../../../assembler/trace/trace";
import { writeTraceDocument } from "../../../../assembler/trace/trace-document";

/** Text of a trace's document, without a history. */
export function documentOf(trace: Trace): string {
  const writer = new ByteWriter(16);
  writeTraceDocument(writer, trace);
  return writer.written().toString();
}
