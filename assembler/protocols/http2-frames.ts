import { bigEndian, byteAt } from "./wire-numbers";

const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const headLength = 9;
const headers = 1;
const continuation = 9;
const newestType = 0x10;
const padded = 0x08;
const withPriority = 0x20;
const mostFrames = 256;
/** Bytes of a frame that may have drawn together to one, as they were lost. */
const mostDrawn = 8;

export interface Blocks {
  /** What the frames of headers hold, in their order. */
  readonly blocks: readonly string[];
  /** Where the first data begin, or where frames can no longer be told apart. */
  readonly bodyAt: number;
  readonly endAt: number;
}

/** Tells the frames of an HTTP/2 message apart, up to where a length was lost or the message is cut. */
export function headerBlocks(message: string): Blocks {
  const blocks: string[] = [];
  let at = message.startsWith(preface) ? preface.length : 0;
  let bodyAt = -1;
  for (let count = 0; count < mostFrames && isFrame(message, at); count += 1) {
    const length = bigEndian(message, at, 3);
    const type = byteAt(message, at + 3);
    const start = at + headLength;
    const end = frameEnd(message, start, start + length);
    if (type === headers || type === continuation) {
      const flags = type === headers ? Math.max(0, byteAt(message, at + 4)) : 0;
      const skipped = (flags & padded ? 1 : 0) + (flags & withPriority ? 5 : 0);
      blocks.push(message.slice(start + skipped, end));
    } else if (type === 0 && bodyAt === -1) bodyAt = start;
    at = end;
  }
  return { blocks, bodyAt: bodyAt === -1 ? at : bodyAt, endAt: at };
}

function isFrame(message: string, at: number): boolean {
  const type = byteAt(message, at + 3);
  return at + headLength <= message.length && bigEndian(message, at, 3) !== -1 && type >= 0 && type <= newestType;
}

/** Where the next frame begins: lost bytes that drew together make it stand sooner than the length says. */
function frameEnd(message: string, start: number, end: number): number {
  if (end >= message.length || isFrame(message, end)) return end;
  const least = Math.max(start, end - mostDrawn);
  for (let sooner = end - 1; sooner >= least; sooner -= 1) if (isFrame(message, sooner)) return sooner;
  return end;
}
