import type { BodyLength } from "./http-head";
import type { Piece } from "./socket-call";

/**
 * What reading on gave: the body goes on, ended after `used` bytes of the piece, or can no longer be followed, because
 * a length that stands between the chunks lies among the bytes that strace did not show.
 */
export type BodyProgress = { state: "more" } | { state: "ended"; used: number } | { state: "lost" };

/** Follows the body of one message through pieces of which only the start is known. */
export class BodyReader {
  /** Bytes until something must be read: the end of the body, or the next chunk's length. */
  #skip: number;
  #line = "";
  #part: "data" | "chunk-size" | "trailer";
  readonly #chunked: boolean;

  constructor(length: BodyLength) {
    this.#chunked = length.by === "chunks";
    this.#skip = length.by === "length" ? length.bytes : length.by === "chunks" ? 0 : Number.POSITIVE_INFINITY;
    this.#part = this.#chunked ? "chunk-size" : "data";
  }

  /** Reads on from `from` bytes into the piece. */
  push(piece: Piece, from: number): BodyProgress {
    const size = piece.known.length + piece.unknown;
    let at = from;
    for (;;) {
      if (this.#skip > 0) {
        const step = Math.min(this.#skip, size - at);
        this.#skip -= step;
        at += step;
        if (this.#skip > 0) return { state: "more" };
      }
      if (!this.#chunked) return { state: "ended", used: at };
      if (at >= size) return { state: "more" };
      if (at >= piece.known.length) return { state: "lost" };
      const lineEnd = piece.known.indexOf(10, at);
      const until = lineEnd === -1 ? piece.known.length : lineEnd + 1;
      this.#line += piece.known.toString("latin1", at, until);
      at = until;
      if (lineEnd === -1) continue;
      const line = this.#line.trim();
      this.#line = "";
      if (this.#part === "trailer") {
        if (line === "") return { state: "ended", used: at };
      } else {
        const length = /^[0-9a-f]{1,12}(?=$|\s|;)/i.exec(line);
        if (length === null) return { state: "lost" };
        const bytes = Number.parseInt(length[0], 16);
        if (bytes === 0) this.#part = "trailer";
        else this.#skip = bytes + 2;
      }
    }
  }
}
