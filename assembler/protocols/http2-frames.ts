import { byteAt } from "./wire-numbers";
import { lostByte } from "./wire-text";

const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/** Three bytes of length, type, flags, four of the stream. */
const headLength = 9;
const typeAt = 3;
const flagsAt = 4;
const streamAt = 5;
const data = 0;
const headers = 1;
const continuation = 9;
const padded = 0x08;
const withPriority = 0x20;
const noStream = "\0\0\0\0";
const mostFrames = 256;
/** Bytes of a frame that may have drawn together to one, as they were lost. */
const mostDrawn = 8;

export interface Blocks {
  /** What the frames of headers hold, in their order. */
  readonly blocks: readonly string[];
  /** Where the first data begin, or where frames can no longer be told apart. */
  readonly bodyAt: number;
}

/** Tells the frames of an HTTP/2 message apart, up to where that is no longer possible or the message is cut. */
export function headerBlocks(message: string): Blocks {
  const blocks: string[] = [];
  let at = message.startsWith(preface) ? preface.length : 0;
  let bodyAt = -1;
  for (let count = 0; count < mostFrames && isFrame(message, at); count += 1) {
    const type = byteAt(message, at + typeAt);
    const start = at + headLength;
    const end = frameEnd(message, at);
    if (type === headers || type === continuation) {
      const flags = type === headers ? byteAt(message, at + flagsAt) : 0;
      const skipped = (flags & padded ? 1 : 0) + (flags & withPriority ? 5 : 0);
      blocks.push(message.slice(start + skipped, end));
    } else if (type === data && bodyAt === -1) bodyAt = start;
    at = end;
  }
  return { blocks, bodyAt: bodyAt === -1 ? at : bodyAt };
}

/** Lengths beyond 65535 are not asked for by anyone; types beyond those of HTTP/2 are passed over by all. */
function isFrame(message: string, at: number): boolean {
  const flags = byteAt(message, at + flagsAt);
  const type = byteAt(message, at + typeAt);
  const isWhole = at + headLength <= message.length;
  return isWhole && byteAt(message, at) === 0 && type >= 0 && type <= continuation && flags >= 0 && flags < 0x40;
}

/**
 * Where the frame at a place ends. Bytes of its length may be lost, which are then any from 0x80 on, and lost bytes that
 * drew together make the next frame stand sooner than the length says: it is looked for between.
 */
function frameEnd(message: string, at: number): number {
  const start = at + headLength;
  const upper = byteAt(message, at + 1);
  const lower = byteAt(message, at + 2);
  const least = start + (upper === -1 ? 0x80 : upper) * 256 + (lower === -1 ? 0x80 : lower);
  const most = start + (upper === -1 ? 0xff : upper) * 256 + (lower === -1 ? 0xff : lower);
  if (least >= message.length) return message.length;
  const stream = message.slice(at + streamAt, start);
  if (least === most && isNext(message, least, stream)) return least;
  const first = Math.max(start, least - mostDrawn);
  for (let next = first; next <= most && next < message.length; next += 1) {
    if (isNext(message, next, stream)) return next;
  }
  return Math.min(most, message.length);
}

/** Whether a frame of the same stream begins here, or one of the whole connection. */
function isNext(message: string, at: number, stream: string): boolean {
  return isFrame(message, at) && (isStream(message, at, stream) || isStream(message, at, noStream));
}

function isStream(message: string, at: number, stream: string): boolean {
  for (let place = 0; place < stream.length; place += 1) {
    const found = message.charCodeAt(at + streamAt + place);
    const expected = stream.charCodeAt(place);
    if (found !== expected && found !== lostByte && expected !== lostByte) return false;
  }
  return true;
}
