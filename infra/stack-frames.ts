/**
 * Lets each frame of a stack trace be looked up in the source maps only once. Pulumi's SDK takes a trace for every resource and every promise, and
 * ts-node looks all of its frames up each time: of the processor time that this program needs for a resource, that was a third.
 */
export function rememberStackFrames(): void {
  const prepare = Error.prepareStackTrace;
  if (prepare) Error.prepareStackTrace = remembering(prepare);
}

/**
 * Pulumi's SDK keeps a resource's trace in the state, which is written hundreds of times in a first rollout. Five frames are its own; of ours the first
 * one says where in the program the resource is made.
 */
const framesOfResource = 6;

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
