import type { Exchange, ProcessTraffic } from "../../../assembler/correlate/algorithm";

const form = /^(\S+) (\d+)\.\.(\d+)(?: thread (\d+))?(?: then (\d+))?(?: has (\S+))?$/;

/**
 * Traffic of a process from lines in the order of start, `KEY START..END [thread N [then N]] [has TOKEN,…]`; times in
 * milliseconds.
 */
export function traffic(requests: readonly string[], calls: readonly string[]): ProcessTraffic {
  return { requests: requests.map(exchange), calls: calls.map(exchange) };
}

function exchange(line: string, place: number): Exchange {
  const [, key, start, end, thread = "0", endThread = "0", tokens] = form.exec(line) ?? [];
  if (key === undefined) throw new Error(`Not of the form KEY START..END …: ${line}`);
  const identifiers = tokens?.split(",") ?? [];
  return {
    id: `${key}-${place}`,
    start: Number(start) * 1e6,
    end: Number(end) * 1e6,
    thread: Number(thread),
    endThread: Number(endThread),
    key: key.replace(/^r\d+$/, "request"),
    identifiers,
  };
}
