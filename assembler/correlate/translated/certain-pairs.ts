import { entryOf } from "../../collections/entry-of";
import { comparedNeighbours, type Passage } from "./passage";

/** Of so few requests with one payload, together, it is certain enough who is whose to learn delays from them. */
const fewRequests = 4;

/**
 * Clients and servers of one payload that are so few that most pairs of them are right; where they are many, those with the
 * same requests before them on their connections, if just one on each side has.
 */
export function* certainPairs(
  clients: readonly Passage[],
  servers: readonly Passage[],
): Generator<readonly [client: Passage, server: Passage]> {
  if (clients.length <= fewRequests && servers.length <= fewRequests) {
    for (const client of clients) for (const server of servers) yield [client, server];
    return;
  }
  const byCourse = new Map<string, Passage[]>();
  for (const passage of [...clients, ...servers]) {
    const course = courseBefore(passage);
    if (course !== undefined) entryOf(byCourse, course, newList).push(passage);
  }
  for (const [one, other, third] of byCourse.values()) {
    if (one === undefined || other === undefined || third !== undefined || one.isServer || !other.isServer) continue;
    yield [one, other];
  }
}

const newList = (): Passage[] => [];

/** What was asked before on the connection; undefined when it is not known or always the same. */
function courseBefore(passage: Passage): string | undefined {
  const asked: string[] = [];
  let before = passage.before;
  for (; before !== undefined && asked.length < comparedNeighbours; before = before.before) {
    asked.push(before.payload.request);
  }
  const isTelling = asked.length === comparedNeighbours && new Set(asked).size > 1;
  return isTelling ? asked.join("\n") : undefined;
}
