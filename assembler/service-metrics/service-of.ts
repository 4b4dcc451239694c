import type { Span } from "../span/span";
import { nameOf } from "./name";

/** What goes without a name. */
export const unknown = "unknown";

/** A service goes by its component's name, one without by its host's address. */
export function serviceOf(span: Span): string {
  return nameOf(span.component) || nameOf(span.srcIp) || unknown;
}
