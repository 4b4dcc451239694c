interface Event {
  readonly at: number;
  readonly happen: () => void;
}

/** Time in milliseconds that passes as it is told to; what is due meanwhile happens, in its order. */
export class VirtualTime {
  #now = 0;
  #events: Event[] = [];

  get now(): number {
    return this.#now;
  }

  /** Has something happen so long from now. */
  after(ms: number, happen: () => void): void {
    const event = { at: this.#now + ms, happen };
    const later = this.#events.findIndex(({ at }) => at > event.at);
    this.#events.splice(later === -1 ? this.#events.length : later, 0, event);
  }

  pass(ms: number): void {
    const until = this.#now + ms;
    for (let event = this.#events[0]; event !== undefined && event.at <= until; event = this.#events[0]) {
      this.#events.shift();
      this.#now = Math.max(this.#now, event.at);
      event.happen();
    }
    this.#now = Math.max(this.#now, until);
  }
}
