/** `GET http://shop/items;v=1?q=2` -> `GET /items`. */
const requestLine = /^([A-Z]{3,16}) (?:https?:\/\/[^/\s?#]*)?([!-~]*)(?![!-~])([\s\S])/;
/** After it the path is whole, however the request goes on. */
const afterPath = /[?#;]/;
const longestPath = 200;

/** Method and path of a request line; "" when it is none. */
export function requestLineEndpoint(request: string): string {
  const [, method = "", target = "", next = ""] = requestLine.exec(request) ?? [];
  const isWhole = next === " " || next === "\r" || next === "\n" || afterPath.test(target);
  // The first words of an HTTP/2 connection look like a request.
  if (!isWhole || method === "PRI") return "";
  const path = pathOf(target || "/");
  return path === "" ? method : `${method} ${path}`;
}

/** The path without query, fragment and parameters, in which values stand; "" when it is none. */
export function pathOf(target: string): string {
  if (target === "*") return target;
  return target.startsWith("/") ? (target.split(afterPath, 1)[0] as string).slice(0, longestPath) : "";
}
