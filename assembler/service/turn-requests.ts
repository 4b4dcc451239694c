import type { TurnReport } from "./turn-report";
import type { Wakeup } from "./wakeup";

interface TurnRequest {
  readonly resolve: (report: TurnReport) => void;
  readonly reject: (reason: Error) => void;
}

/** A turn that was asked for and will not be taken. */
export class TurnRefused extends Error {}

/** Turns that people ask for where none is taken by itself. */
export class TurnRequests {
  readonly #wakeup: Wakeup;
  #requests: TurnRequest[] = [];

  constructor(wakeup: Wakeup) {
    this.#wakeup = wakeup;
  }

  get isEmpty(): boolean {
    return this.#requests.length === 0;
  }

  /** Resolves with what the next turn did; rejects with TurnRefused when none will be taken. */
  ask(): Promise<TurnReport> {
    return new Promise((resolve, reject) => {
      this.#requests.push({ resolve, reject });
      this.#wakeup.wake();
    });
  }

  /** Everyone who asked until now gets the report of the turn that is over. */
  answer(report: TurnReport): void {
    for (const { resolve } of this.#requests.splice(0)) resolve(report);
  }

  refuse(reason: string): void {
    for (const { reject } of this.#requests.splice(0)) reject(new TurnRefused(reason));
  }
}
