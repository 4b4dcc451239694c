import { createHash, timingSafeEqual } from "node:crypto";
import { isIP } from "node:net";

/** What of a request decides whether it may go on. */
export interface ApiRequest {
  readonly authorization: string | undefined;
  /** The `Host` header. */
  readonly host: string | undefined;
  /** Where the connection came in. */
  readonly localAddress: string | undefined;
}

export interface ApiRefusal {
  readonly status: 401 | 403;
  readonly error: string;
}

/**
 * Why a request to `/api/` is refused, undefined when it may go on. With a token it must be carried; without one, only
 * what comes in on loopback is taken, and not under a name of somebody else's, as a page in a browser could make it.
 */
export function refusalOf(request: ApiRequest, token: string | undefined): ApiRefusal | undefined {
  if (token !== undefined) {
    const carried = /^Bearer (.+)$/i.exec(request.authorization ?? "")?.[1] ?? "";
    if (isSame(carried, token)) return undefined;
    return { status: 401, error: "this takes http.api_token: Authorization: Bearer TOKEN" };
  }
  if (!isLoopback(request.localAddress ?? "")) {
    return { status: 403, error: "without http.api_token in the settings, /api/ answers on loopback addresses only" };
  }
  if (isForeignName(request.host ?? "")) {
    return { status: 403, error: "ask by address or as localhost, or set http.api_token" };
  }
  return undefined;
}

/** In a time that tells nothing of where they differ. */
function isSame(left: string, right: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(left), digest(right));
}

function isLoopback(address: string): boolean {
  return address === "::1" || /^(::ffff:)?127\./.test(address);
}

function isForeignName(host: string): boolean {
  const name = host.replace(/:\d+$/, "").replace(/^\[|\]$/g, "");
  return name !== "localhost" && isIP(name) === 0;
}
