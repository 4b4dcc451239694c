/** Headers that were made to tell requests apart, by those who trace or log them. */
const idHeader =
  /\\n(?:x-)?(?:request|correlation|trace|b3|amzn-trace|cloud-trace|datadog|uber-trace|traceparent|tracestate|sentry-trace)[a-z0-9-]*:(?:[^\\]|\\(?!r\\n|n))*/gi;

/**
 * A request without the headers that were made to identify requests (`X-Request-Id`, `traceparent`, B3, …). `text` is a
 * message as a JSON string holds it.
 */
export function withoutIdHeaders(text: string): string {
  const body = text.indexOf("\\r\\n\\r\\n");
  if (body === -1) return text.replace(idHeader, "");
  return text.slice(0, body).replace(idHeader, "") + text.slice(body);
}
