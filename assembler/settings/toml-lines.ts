type Path = readonly (string | number)[];
const slot = (path: Path) => JSON.stringify(path);

/** Walks TOML text and notes on which line each key, table and list item starts. Lenient: the parser proper has judged the text before. */
class LineScanner {
  readonly lines = new Map<string, number>();
  readonly #text: string;
  #at = 0;
  #line = 1;
  /** How many [[headers]] each array of tables has had so far. */
  readonly #lengths = new Map<string, number>();

  constructor(text: string) {
    this.#text = text;
  }

  scan(): Map<string, number> {
    let table: Path = [];
    for (this.#blank(true); this.#at < this.#text.length; this.#blank(true)) {
      const before = this.#at;
      if (this.#text[this.#at] === "[") table = this.#header();
      else this.#assignment(table);
      if (this.#at === before) this.#step();
    }
    return this.lines;
  }

  #step(count = 1): void {
    for (; count > 0 && this.#at < this.#text.length; count--) if (this.#text[this.#at++] === "\n") this.#line++;
  }

  #note(path: Path): void {
    for (let length = path.length; length > 0; length--) {
      const key = slot(path.slice(0, length));
      if (!this.lines.has(key)) this.lines.set(key, this.#line);
    }
  }

  #blank(newlines: boolean): void {
    for (;;) {
      const c = this.#text[this.#at];
      if (c === " " || c === "\t" || (newlines && (c === "\n" || c === "\r"))) this.#step();
      else if (c === "#") while (this.#at < this.#text.length && this.#text[this.#at] !== "\n") this.#step();
      else return;
    }
  }

  #header(): Path {
    const isList = this.#text.startsWith("[[", this.#at);
    this.#step(isList ? 2 : 1);
    const keys = this.#dottedKey();
    const parent = this.#resolve(keys.slice(0, -1));
    const path = [...parent, ...keys.slice(-1)];
    let table: Path = path;
    if (isList) {
      const index = this.#lengths.get(slot(path)) ?? 0;
      this.#lengths.set(slot(path), index + 1);
      table = [...path, index];
    }
    this.#note(table);
    while (this.#at < this.#text.length && this.#text[this.#at] !== "\n") this.#step();
    return table;
  }

  /** `agents.agent_info` after the second [[agents]] means agents[1].agent_info. */
  #resolve(keys: readonly string[]): Path {
    let path: Path = [];
    for (const key of keys) {
      path = [...path, key];
      const length = this.#lengths.get(slot(path));
      if (length) path = [...path, length - 1];
    }
    return path;
  }

  #dottedKey(): string[] {
    const keys: string[] = [];
    for (;;) {
      this.#blank(false);
      const c = this.#text[this.#at];
      if (c === '"' || c === "'") keys.push(this.#string());
      else {
        const bare = /^[^\s.=\]"'{},#]+/.exec(this.#text.slice(this.#at, this.#at + 256))?.[0] ?? "";
        if (!bare) return keys;
        keys.push(bare);
        this.#step(bare.length);
      }
      this.#blank(false);
      if (this.#text[this.#at] !== ".") return keys;
      this.#step();
    }
  }

  #assignment(table: Path): void {
    const line = this.#line;
    const path = [...table, ...this.#dottedKey()];
    if (path.length > table.length && this.#line === line) this.#note(path);
    this.#blank(false);
    if (this.#text[this.#at] === "=") {
      this.#step();
      this.#value(path);
    }
  }

  #value(path: Path): void {
    this.#blank(false);
    const c = this.#text[this.#at];
    if (c === '"' || c === "'") this.#string();
    else if (c === "[") this.#sequence("]", (index) => this.#item([...path, index]));
    else if (c === "{") this.#sequence("}", () => this.#assignment(path));
    else this.#step(/^[^\s,\]}#]*/.exec(this.#text.slice(this.#at, this.#at + 256))?.[0].length ?? 0);
  }

  #item(path: Path): void {
    this.#note(path);
    this.#value(path);
  }

  #sequence(close: string, item: (index: number) => void): void {
    this.#step();
    for (let index = 0; ; index++) {
      this.#blank(true);
      const before = this.#at;
      if (this.#at >= this.#text.length || this.#text[this.#at] === close) break;
      item(index);
      this.#blank(true);
      if (this.#text[this.#at] === "," || this.#at === before) this.#step();
    }
    this.#step();
  }

  #string(): string {
    const quote = this.#text[this.#at] ?? "";
    const long = this.#text.startsWith(quote.repeat(3), this.#at);
    const end = long ? quote.repeat(3) : quote;
    this.#step(end.length);
    const start = this.#at;
    while (this.#at < this.#text.length && !this.#text.startsWith(end, this.#at)) {
      if (!long && this.#text[this.#at] === "\n") return "";
      this.#step(quote === '"' && this.#text[this.#at] === "\\" ? 2 : 1);
    }
    // A long string may end in up to two quotes of its own.
    while (long && this.#text[this.#at + end.length] === quote) this.#step();
    const content = this.#text.slice(start, this.#at);
    this.#step(end.length);
    return content;
  }
}

/** Finds lines in one text: the 1-based line on which the value at a path starts, or its nearest ancestor's, or undefined if not even that is there. */
export function lineFinder(text: string): (path: Path) => number | undefined {
  const lines = new LineScanner(text).scan();
  return (path) => {
    for (let length = path.length; length > 0; length--) {
      const line = lines.get(slot(path.slice(0, length)));
      if (line !== undefined) return line;
    }
    return undefined;
  };
}

/** The line of one path in TOML text; see {@link lineFinder}, which is cheaper for many. */
export function lineOf(text: string, path: Path): number | undefined {
  return lineFinder(text)(path);
}
