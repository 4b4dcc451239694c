/** Bounds how much of something is under way at once, counted by key; what comes beyond waits in order of arrival. */
export class Places {
  readonly #taken = new Map<string, number>();
  readonly #waiting = new Map<string, (() => void)[]>();

  constructor(readonly perKey: number) {}

  /** Runs `work` as soon as a place for that key is free. */
  async within<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
    const taken = this.#taken.get(key) ?? 0;
    if (taken < this.perKey) this.#taken.set(key, taken + 1);
    else await new Promise<void>((start) => this.#queue(key).push(start));
    try {
      return await work();
    } finally {
      // A place goes from hand to hand, so that nobody slips in between.
      const next = this.#waiting.get(key)?.shift();
      if (next !== undefined) next();
      else this.#release(key);
    }
  }

  #queue(key: string): (() => void)[] {
    const queue = this.#waiting.get(key) ?? [];
    this.#waiting.set(key, queue);
    return queue;
  }

  #release(key: string): void {
    const left = (this.#taken.get(key) ?? 1) - 1;
    if (left > 0) this.#taken.set(key, left);
    else {
      this.#taken.delete(key);
      this.#waiting.delete(key);
    }
  }
}

/** The bounds that a process with many logins to make shares between them. */
export interface LoginBounds {
  /** By server: sshd refuses beyond `MaxStartups 10:30:100`. */
  servers: Places;
  /** In all: key exchanges computed by the hundred at once would all run into their time limits. */
  handshakes: Places;
}

export function loginBounds(): LoginBounds {
  return { servers: new Places(8), handshakes: new Places(32) };
}
