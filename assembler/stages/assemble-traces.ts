import type { Assembly } from "../assembly";
import { ByteWriter } from "../json/byte-writer";
import { RawText } from "../json/raw-text";
import { assembleTrace } from "../trace/assemble-trace";
import { writeTraceDocument } from "../trace/trace-document";
import type { Turn } from "../turn";

/** Documents of one turn at a time. */
const writer = new ByteWriter();

/** Orders and sums up each due trace into its document, valid during this turn. Needs `due`, fills `assembled`. */
export function assembleTraces({ window }: Assembly, turn: Turn): void {
  const listens = (ip: string, port: number) => window.listeners.has(ip, port);
  writer.reset();
  const ends: number[] = [];
  const traceIds: string[] = [];
  const groups = [...turn.due];
  for (const group of groups) {
    const trace = assembleTrace([...group.members], listens);
    writeTraceDocument(writer, trace);
    traceIds.push(trace.traceId);
    ends.push(writer.length);
  }
  // One buffer for all of them: a document is a part of it.
  const bytes = writer.written();
  turn.assembled = groups.map((group, place) => {
    const document = new RawText(bytes, ends[place - 1] ?? 0, ends[place] as number, true);
    return { group, traceId: traceIds[place] as string, document };
  });
}
