import { isErrorStatus, responseStatus } from "../span/response-status";
import type { Direction } from "../span/span";
import { http1 } from "./http1";
import type { Protocol } from "./protocol";
import { wireText } from "./wire-text";

/** What the two messages of a span tell of it. */
export interface Told {
  /** "" = they do not tell. */
  readonly endpoint: string;
  readonly status: string;
  readonly isError: boolean;
}

/** Where a JSON string lies, quotes included; `end` 0 = there is none. */
export interface Extent {
  readonly start: number;
  readonly end: number;
}

/** Reads both messages as the protocol has it. A response in the words of HTTP/1 counts as such, whatever the protocol. */
export function toldByMessages(
  protocol: Protocol,
  direction: Direction,
  bytes: Buffer,
  request: Extent,
  response: Extent,
): Told {
  const asked = request.end === 0 ? "" : wireText(bytes, request.start, request.end, protocol.looksAt?.request);
  const endpoint = protocol.endpointOf(asked);
  if (response.end === 0) return { endpoint, status: "", isError: false };
  const code = responseStatus(bytes, response.start + 1);
  if (code !== "" || protocol === http1) return { endpoint, status: code, isError: isErrorStatus(code, direction) };
  const answered = wireText(bytes, response.start, response.end, protocol.looksAt?.response);
  const status = protocol.statusOf(answered, asked);
  return { endpoint, status, isError: status !== "" && protocol.isError(status, direction) };
}
