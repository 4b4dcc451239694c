/**
 * Lets each frame of a stack trace be looked up in the source maps only once. Pulumi's SDK takes a trace for every resource and every promise, and
 * ts-node looks all of its frames up each time: of the processor time that this program needs for a resource, that was a third.
 */
export function rememberStackFrames(): void {
  const prepare = Error.prepareStackTrace;
  if (prepare) Error.prepareStackTrace = remembering(prepare);
}

/** Pulumi's SDK keeps a resource's trace in the state. Five frames are its own; of ours the first ones say where in the program it is. */
const framesOfResource = 8;

type Prepare = NonNullable<typeof Error.prepareStackTrace>;

/** The same traces, frame by frame from memory where a frame was seen before. `prepare` must write one line per frame below the message. */
export function remembering(prepare: Prepare): Prepare {
  const lines = new Map<string, string>();
  const nameless = new Error();
  const lineOf = (frame: NodeJS.CallSite): string => {
    const asRun = String(frame);
    let line = lines.get(asRun);
    if (line === undefined) {
      line = String(prepare(nameless, [frame])).slice(String(prepare(nameless, [])).length);
      lines.set(asRun, line);
    }
    return line;
  };
  return (error, frames) => {
    // Nobody else asks for all frames.
    const kept = Error.stackTraceLimit === Number.POSITIVE_INFINITY ? frames.slice(0, framesOfResource) : frames;
    return `${prepare(error, [])}${kept.map(lineOf).join("")}`;
  };
}
