import { messagesOfSpan } from "../../span/request-of-span";
import { identifiersOf } from "../identifiers";
import type { PlacedSpan } from "../placed-span";

/** What is in a request's and its response's bytes, as far as both its sides should see the same. */
export interface Payload {
  /** Equal on both sides, also where a proxy of HTTP/1 changed headers; "" when nothing of the request is known. */
  readonly request: string;
  /** Digest of what a proxy keeps of the response; 0 when it was not seen. */
  readonly response: number;
  /** Digest of both messages as they are: equal where nothing but addresses was changed. */
  readonly whole: number;
  /** Tokens of the request that may tell it from others. */
  readonly identifiers: readonly string[];
}

/** A proxy that adds headers leaves less of a body in what an agent keeps of the message. */
const longestBody = 256;
const requestLine = /^([A-Z]{3,16}) (?:https?:\/\/[^/\s\\]+)?([^\s\\]+) HTTP\/1/;
const statusLine = /^HTTP\/1\.[01] (\d{3})/;
const endOfHead = "\\r\\n\\r\\n";
/** Set by proxies, or about the connection. */
const hopHeader =
  /\\n(?:host|via|forwarded|x-forwarded-[a-z]+|x-real-ip|connection|keep-alive):(?:[^\\]|\\(?!r\\n|n))*/gi;

/** What the messages of a span hold; texts are as JSON strings hold them, without the quotes. */
export function payloadOf({ span }: PlacedSpan): Payload {
  const { request, response } = messagesOfSpan(span);
  const { endpoint, protocol, requestSize, responseSize } = span;
  const whole = digest(`${requestSize} ${responseSize} ${request}\n${response}`);
  if (request === "") {
    const isKnown = requestSize !== 0 && responseSize !== 0;
    const sizes = isKnown ? `${protocol} ${endpoint} ${requestSize} ${responseSize}` : "";
    return { request: sizes, response: 0, whole, identifiers: [] };
  }
  const line = requestLine.exec(request);
  if (line === null) {
    return { request: `${endpoint} ${digest(request)}`, response: digestIfSeen(response), whole, identifiers: [] };
  }
  const kept = `${line[1]} ${line[2]}\n${bodyOf(request)}`;
  const identifiers = identifiersOf(request.replace(hopHeader, ""));
  return { request: `${endpoint} ${digest(kept)}`, response: keptOfResponse(response), whole, identifiers };
}

/** Whether a request's tokens are all found on the other side: proxies add headers of their own, they seldom take any. */
export function keepsIdentifiers(client: Payload, server: Payload): boolean {
  if (client.identifiers.length === 0) return true;
  return client.identifiers.every((identifier) => server.identifiers.includes(identifier));
}

function keptOfResponse(response: string): number {
  const status = statusLine.exec(response);
  return status === null ? digestIfSeen(response) : digest(`${status[1]}\n${bodyOf(response)}`);
}

function bodyOf(message: string): string {
  const head = message.indexOf(endOfHead);
  return head === -1 ? "" : message.slice(head + endOfHead.length, head + endOfHead.length + longestBody);
}

function digestIfSeen(text: string): number {
  return text === "" ? 0 : digest(text);
}

/** 53 bits of a text, never 0 (FNV-1a in two lanes): a few thousand messages are compared, none is kept. */
export function digest(text: string): number {
  let low = 0x811c9dc5;
  let high = 0x9747b28c;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    low = Math.imul(low ^ code, 0x01000193);
    high = Math.imul(high ^ code, 0x5bd1e995);
    high ^= high >>> 13;
  }
  return (high >>> 11) * 0x1_0000_0000 + (low >>> 0) + 1;
}
