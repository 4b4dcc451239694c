import type { Direction } from "../span/span";

/** A header of a request as it stands there in clear; the name in lower case. */
export type Header = readonly [name: string, value: string];

/**
 * What a protocol's messages tell. Messages are wire texts (`wireText`), cut at any place, of any content: every function
 * is total, and answers "" where the bytes do not tell.
 */
export interface Protocol {
  /** As OpenTelemetry names the system or protocol. */
  readonly name: string;
  /** How OpenTelemetry's attributes are to name what is asked for. */
  readonly kind: "http" | "rpc" | "db" | "messaging" | "dns";
  /** How many bytes of each message are looked at, where 2048 are more than needed, or fewer. */
  readonly looksAt?: { readonly request?: number; readonly response?: number };
  /** What was asked for: names only, never a value. */
  endpointOf(request: string): string;
  /** How it went. `request` is the message that was answered. */
  statusOf(response: string, request: string): string;
  /** Whether a status that is not "" says that the request failed, for the side that observed it. */
  isError(status: string, direction: Direction): boolean;
  /** Headers that may identify the request, where they are not lines of text; and what of the message comes after them. */
  headersOf?(request: string): { readonly headers: readonly Header[]; readonly rest: string };
}

/** Whether the span tells of a request that was served rather than made. */
export function isServing(direction: Direction): boolean {
  return direction === "Ingress" || direction === "Server";
}
