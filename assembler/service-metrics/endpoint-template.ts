import { nameOf } from "./name";

const uuid = /^\{?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\}?$/i;
const digits = /^\d+$/;
/** Digests, object ids, trace ids; with a digit in it, as `feedbackface` is a word. */
const longHex = /^(?=.*\d)[0-9a-f]{12,}$/i;

/**
 * What requests to one endpoint have in common: the query is cut off, and path segments that are ids (digits, UUIDs,
 * twelve hex digits or more) become `{id}`. `GET /item/123?full=1` -> `GET /item/{id}`; text without a path stays.
 */
export function endpointTemplate(endpoint: string): string {
  const query = endpoint.search(/[?#]/);
  const path = query === -1 ? endpoint : endpoint.slice(0, query);
  return nameOf(path.includes("/") ? path.split("/").map(segmentTemplate).join("/") : path);
}

function segmentTemplate(segment: string): string {
  // In a request line the last segment is followed by the protocol's version.
  const end = segment.indexOf(" ");
  const value = end === -1 ? segment : segment.slice(0, end);
  const isId = digits.test(value) || uuid.test(value) || longHex.test(value);
  return isId ? `{id}${segment.slice(value.length)}` : segment;
}
