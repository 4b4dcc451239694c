import { open } from "node:fs/promises";
import type { StoredSpan } from "./span-document";

const readBytes = 1 << 20;

/**
 * The lines of the spans from `from` on, as many as fit into `bytes`, but at least one. A line is the span's id, a tab and
 * its JSON, neither of which holds a tab or line end.
 */
export function segmentText(
  spans: readonly StoredSpan[],
  from: number,
  bytes: number,
): { text: string; bytes: number; count: number } {
  const lines: string[] = [];
  let total = 0;
  for (let at = from; at < spans.length; at++) {
    const line = `${spans[at]?.id}\t${spans[at]?.json}\n`;
    const size = Buffer.byteLength(line);
    if (lines.length > 0 && total + size > bytes) break;
    lines.push(line);
    total += size;
  }
  return { text: lines.join(""), bytes: total, count: lines.length };
}

/**
 * Reads whole lines between two positions of a segment: at most `count` spans and `bytes`, but at least one if there is
 * one. `length` is how many bytes they take. A last line without its end is passed over.
 */
export async function readSegment(
  path: string,
  from: number,
  to: number,
  count: number,
  bytes: number,
): Promise<{ spans: StoredSpan[]; length: number }> {
  const file = await open(path, "r");
  try {
    // A line longer than the buffer makes it grow.
    for (let size = readBytes; ; size *= 2) {
      const buffer = Buffer.alloc(Math.min(size, to - from));
      const { bytesRead } = await file.read(buffer, 0, buffer.length, from);
      const found = readLines(buffer.subarray(0, bytesRead), count, bytes);
      if (found.spans.length > 0 || bytesRead < size) return found;
    }
  } finally {
    await file.close();
  }
}

/** Whole lines of a file from a position on. */
export async function countLines(path: string, from: number): Promise<number> {
  const file = await open(path, "r");
  try {
    let count = 0;
    const buffer = Buffer.alloc(readBytes);
    for (let at = from; ; ) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
      if (bytesRead === 0) return count;
      for (let end = buffer.indexOf(10); end !== -1 && end < bytesRead; end = buffer.indexOf(10, end + 1)) count++;
      at += bytesRead;
    }
  } finally {
    await file.close();
  }
}

function readLines(buffer: Buffer, count: number, bytes: number): { spans: StoredSpan[]; length: number } {
  const spans: StoredSpan[] = [];
  let at = 0;
  while (spans.length < count) {
    const end = buffer.indexOf(10, at);
    if (end === -1 || (spans.length > 0 && end >= bytes)) break;
    const line = buffer.toString("utf8", at, end);
    const tab = line.indexOf("\t");
    spans.push({ id: line.slice(0, tab), json: line.slice(tab + 1) });
    at = end + 1;
  }
  return { spans, length: at };
}
