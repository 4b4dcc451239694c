/** From here on a set finds a text sooner than going through the list does. */
const few = 8;
const none: readonly string[] = [];

/** Different texts in the order of their coming, mostly a few; the empty one is none. */
export class DistinctTexts {
  #texts: readonly string[] = none;
  #set: Set<string> | undefined;

  get texts(): readonly string[] {
    return this.#texts;
  }

  add(text: string): void {
    if (text === "" || (this.#set?.has(text) ?? this.#texts.includes(text))) return;
    // Appending leaves room for sixteen more, and mostly there is only one.
    if (this.#texts.length === 0) this.#texts = [text];
    else (this.#texts as string[]).push(text);
    if (this.#texts.length > few) this.#set = (this.#set ?? new Set(this.#texts)).add(text);
  }
}
