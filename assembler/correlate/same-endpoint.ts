/**
 * Whether two sides may speak of one endpoint: one of them may have seen less of the request, so that `SELECT` and
 * `SELECT orders`, or `/Cart/Add` and `POST /Cart/Add`, agree.
 */
export function mayBeSameEndpoint(left: string, right: string): boolean {
  if (left === right || left === "" || right === "") return true;
  const [short, long] = left.length < right.length ? [left, right] : [right, left];
  return long.startsWith(`${short} `) || long.endsWith(` ${short}`);
}
