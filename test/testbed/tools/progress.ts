/** Told of the steps of a preparation. */
export interface Progress {
  /** A step that takes long begins; `hint` says how long, e.g. `about 3 min`. */
  begins(title: string, hint: string): void;
  /** A step is done; `milliseconds` is undefined if there was nothing to do. */
  done(title: string, milliseconds: number | undefined): void;
}

/** `✓ npm packages            23.1 s`, or `cached` in place of the time. */
export function stepLine(title: string, milliseconds: number | undefined): string {
  const time = milliseconds === undefined ? "cached" : `${(milliseconds / 1000).toFixed(1)} s`;
  return `✓ ${title.padEnd(40)} ${time.padStart(8)}`;
}

/** Writes one line per step to `write`. */
export function lineProgress(write: (line: string) => void): Progress {
  return {
    begins: (title, hint) => write(`… ${title} (${hint})`),
    done: (title, milliseconds) => write(stepLine(title, milliseconds)),
  };
}

export const silentProgress: Progress = { begins: () => {}, done: () => {} };
