/**
 * The bytes that values lie in, such as those of an answer. Memory that is used again is given back by `release`, after
 * which nobody may look into it: what is there then is another's.
 */
export class TextBody {
  #bytes: Buffer | undefined;
  readonly #giveBack: ((bytes: Buffer) => void) | undefined;

  /** `giveBack`: takes the memory when it is released; without it the memory is left to the collector, and stays valid. */
  constructor(bytes: Buffer, giveBack?: (bytes: Buffer) => void) {
    this.#bytes = bytes;
    this.#giveBack = giveBack;
  }

  /** Throws Error when the memory was given back. */
  get bytes(): Buffer {
    if (this.#bytes === undefined) throw new Error("a text was looked at after the memory it lay in was given back");
    return this.#bytes;
  }

  /** May be called again. */
  release(): void {
    if (this.#bytes === undefined || this.#giveBack === undefined) return;
    const bytes = this.#bytes;
    this.#bytes = undefined;
    this.#giveBack(bytes);
  }
}
