import debuggable = require("@pulumi/pulumi/runtime/debuggable");

type Watch = (promise: Promise<unknown>, context: unknown) => Promise<unknown>;

/**
 * Spares the SDK's promises their stack traces, which are read only when leaks are looked for (PULUMI_DEBUG_PROMISE_LEAKS).
 * That there are leaks is still found. The traces were an eighth of what this program takes of the processor.
 */
export function spareTraces(): void {
  if (process.env.PULUMI_DEBUG_PROMISE_LEAKS) return;
  const sdk = debuggable as unknown as { debuggablePromise: Watch };
  sdk.debuggablePromise = withoutTrace(sdk.debuggablePromise);
}

/** The same function; errors that are made while it runs have no stack trace. */
export function withoutTrace<Arguments extends unknown[], Result>(
  work: (...given: Arguments) => Result,
): (...given: Arguments) => Result {
  return (...given) => {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    try {
      return work(...given);
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
  };
}
