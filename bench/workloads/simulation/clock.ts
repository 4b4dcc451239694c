interface Event {
  readonly at: number;
  readonly turn: number;
  readonly run: () => void;
}

/** Simulated time: events run in the order of their times, those of one time in the order in which they were made. */
export class Clock {
  /** Nanoseconds since the beginning. */
  now = 0;
  #turn = 0;
  /** A heap, the next event on top. */
  readonly #events: Event[] = [];

  /** Runs something `delay` nanoseconds from now. */
  after(delay: number, run: () => void): void {
    this.#turn += 1;
    this.#push({ at: this.now + Math.max(Math.round(delay), 0), turn: this.#turn, run });
  }

  /** Runs events until there are none. */
  run(): void {
    for (let event = this.#pop(); event !== undefined; event = this.#pop()) {
      this.now = event.at;
      event.run();
    }
  }

  #push(event: Event): void {
    const events = this.#events;
    let place = events.length;
    events.push(event);
    while (place > 0) {
      const above = (place - 1) >> 1;
      if (!isBefore(event, events[above] as Event)) break;
      events[place] = events[above] as Event;
      place = above;
    }
    events[place] = event;
  }

  #pop(): Event | undefined {
    const events = this.#events;
    const top = events[0];
    const last = events.pop();
    if (last === undefined || events.length === 0) return top;
    let place = 0;
    for (;;) {
      let below = 2 * place + 1;
      if (below >= events.length) break;
      if (below + 1 < events.length && isBefore(events[below + 1] as Event, events[below] as Event)) below += 1;
      if (!isBefore(events[below] as Event, last)) break;
      events[place] = events[below] as Event;
      place = below;
    }
    events[place] = last;
    return top;
  }
}

function isBefore(left: Event, right: Event): boolean {
  return left.at !== right.at ? left.at < right.at : left.turn < right.turn;
}
