/** One line of strace, split but not yet understood. */
export type StraceLine =
  | { kind: "call"; tid: number | undefined; atNs: bigint; text: string }
  | { kind: "unfinished"; tid: number | undefined; atNs: bigint; text: string }
  /** The rest of a call that was printed as unfinished; `atNs` is when it returned. */
  | { kind: "resumed"; tid: number | undefined; atNs: bigint; text: string }
  /** The thread ended. */
  | { kind: "exited"; tid: number | undefined }
  /** What strace says of itself, such as a refused attach. */
  | { kind: "message"; text: string };

const linePattern = /^(?:\[pid +(\d+)\] )?(\d{9,11})\.(\d{9}) /;
const resumedPattern = /^<\.\.\. \w+ resumed>/;
const unfinished = " <unfinished ...>";

/**
 * Splits a line of `strace -f -yy --absolute-timestamps=unix,ns` on standard error. While strace follows a single thread
 * it prints no `[pid N]`; then `tid` is undefined. Lines about signals give undefined.
 */
export function readStraceLine(line: string): StraceLine | undefined {
  const match = linePattern.exec(line);
  if (match === null) return line.startsWith("strace: ") ? { kind: "message", text: line.slice(8) } : undefined;
  const tid = match[1] === undefined ? undefined : Number(match[1]);
  const atNs = BigInt(`${match[2]}${match[3]}`);
  const text = line.slice(match[0].length);
  if (text.startsWith("<... ")) {
    const resumed = resumedPattern.exec(text);
    return resumed === null ? undefined : { kind: "resumed", tid, atNs, text: text.slice(resumed[0].length) };
  }
  if (text.startsWith("+++ ")) return { kind: "exited", tid };
  if (text.startsWith("--- ")) return undefined;
  if (text.endsWith(unfinished)) return { kind: "unfinished", tid, atNs, text: text.slice(0, -unfinished.length) };
  return { kind: "call", tid, atNs, text };
}
