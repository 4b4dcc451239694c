/** From here on a set finds a text sooner than going through the list does. */
const few = 8;

/** Different texts in the order of their coming, mostly a few; the empty one is none. */
export class DistinctTexts {
  readonly texts: string[] = [];
  #set: Set<string> | undefined;

  add(text: string): void {
    if (text === "" || (this.#set?.has(text) ?? this.texts.includes(text))) return;
    this.texts.push(text);
    if (this.texts.length > few) this.#set = (this.#set ?? new Set(this.texts)).add(text);
  }
}
