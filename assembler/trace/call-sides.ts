import type { Span } from "../span/span";

/** Whether a span is the view of the one who made a request, observed or told by the program itself. */
export function isCall({ direction }: Span): boolean {
  return direction === "Egress" || direction === "Client";
}

/** Whether a span is the view of the one who served a request. */
export function isServed({ direction }: Span): boolean {
  return direction === "Ingress" || direction === "Server";
}
