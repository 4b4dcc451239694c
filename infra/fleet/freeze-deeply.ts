/** Freezes a value and everything in it, and returns it. */
export function freezeDeeply<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  for (const item of Object.values(value)) freezeDeeply(item);
  return Object.freeze(value);
}
