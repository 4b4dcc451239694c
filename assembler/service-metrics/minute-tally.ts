import { entryOf } from "../collections/entry-of";
import type { Call, Contributions, ServedRequest } from "./contributions";
import { foldNames, otherName } from "./fold-names";
import { Line, type Lines } from "./line";

export interface ServiceLine {
  readonly service: string;
  readonly endpoint: string;
  readonly line: Line;
}

export interface CallLine {
  readonly caller: string;
  /** A service's name, or `ip:port` where the other side was not traced. */
  readonly callee: string;
  /** "" where endpoints of several protocols were put together. */
  readonly protocol: string;
  readonly endpoint: string;
  readonly line: Line;
}

/** Everything counted in one minute, in no useful order. */
export interface MinuteLines {
  readonly services: readonly ServiceLine[];
  readonly calls: readonly CallLine[];
  /** Names without a line of their own, as there were more than the bound allows. */
  readonly foldedNames: number;
}

/** Parts of a key; names have no control characters. */
const separator = "\n";

/** Adds up what traces contribute to one minute; the result is the same for any order of them. */
export class MinuteTally {
  /** By service, then endpoint. */
  readonly #services = new Map<string, Lines>();
  /** By caller, then callee, then protocol and endpoint. */
  readonly #calls = new Map<string, Map<string, Lines>>();

  add({ requests, calls }: Contributions): void {
    for (const request of requests) this.#addRequest(request);
    for (const call of calls) this.#addCall(call);
  }

  /** To be called once, at the end. `most`: endpoints of a service, callees of a service and endpoints of a callee that keep a line of their own. */
  lines(most: number): MinuteLines {
    const services: ServiceLine[] = [];
    const calls: CallLine[] = [];
    let foldedNames = 0;
    const foldLines = (lines: Lines) => {
      const { entries, names } = foldNames(lines, most, (line) => line.count, mergeLines);
      foldedNames += names;
      return entries;
    };
    for (const [service, endpoints] of this.#services) {
      for (const [endpoint, line] of foldLines(endpoints)) services.push({ service, endpoint, line });
    }
    for (const [caller, callees] of this.#calls) {
      const { entries, names } = foldNames(callees, most, totalOf, mergeEndpoints);
      foldedNames += names;
      for (const [callee, endpoints] of entries) {
        for (const [key, line] of foldLines(endpoints)) calls.push({ caller, callee, ...endpointOfKey(key), line });
      }
    }
    return { services, calls, foldedNames };
  }

  #addRequest({ service, endpoint, duration, isError }: ServedRequest): void {
    const endpoints = entryOf(this.#services, service, newLines);
    entryOf(endpoints, endpoint, newLine).durations.add(duration, isError);
  }

  #addCall({ caller, callee, protocol, endpoint, duration, served, isError }: Call): void {
    const callees = entryOf(this.#calls, caller, () => new Map<string, Lines>());
    const endpoints = entryOf(callees, callee, newLines);
    const line = entryOf(endpoints, protocol + separator + endpoint, newLine);
    line.durations.add(duration, isError);
    if (served === undefined) line.unseen += 1;
    else line.networkTime += duration - served;
  }
}

function newLine(): Line {
  return new Line();
}

function newLines(): Lines {
  return new Map();
}

function mergeLines(into: Line = new Line(), line: Line): Line {
  return into.merge(line);
}

function mergeEndpoints(into: Lines = new Map(), endpoints: Lines): Lines {
  for (const [key, line] of endpoints) entryOf(into, key, newLine).merge(line);
  return into;
}

function totalOf(endpoints: Lines): number {
  let total = 0;
  for (const line of endpoints.values()) total += line.count;
  return total;
}

function endpointOfKey(key: string): { protocol: string; endpoint: string } {
  const [protocol, endpoint] = key.split(separator);
  return endpoint === undefined ? { protocol: "", endpoint: otherName } : { protocol: protocol ?? "", endpoint };
}
