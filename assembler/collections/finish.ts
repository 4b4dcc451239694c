/** Runs to its end, without a pause, what may pause wherever it yields. */
export function finish<T>(pieces: Generator<void, T>): T {
  for (;;) {
    const { done, value } = pieces.next();
    if (done === true) return value;
  }
}
