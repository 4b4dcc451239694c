import { BodyReader } from "./body-reader";
import type { TimedCall } from "./call-order";
import { bodyLength, type HttpHead, kindOfStart, type MessageKind, parseHead } from "./http-head";
import type { Piece } from "./socket-call";

/** Bytes of a message that a span keeps. */
export const contentLimit = 4096;
const headLimit = 65_536;

/** Bytes that passed on one direction of a connection, of which a message is made. */
interface Passage {
  /** Thread of the call that carried its first byte, and of the one that carried its last so far. */
  firstTid: number;
  lastTid: number;
  /** Entry of the first call, exit of the last, in wall-clock ns. */
  beginNs: bigint;
  endNs: bigint;
  /** Exact bytes of head and body. */
  size: number;
  /** The known start, at most `contentLimit` bytes. */
  content: Buffer;
  complete: boolean;
}

/** An HTTP/1 message as it passed on one direction of a connection. */
export interface Message extends Passage {
  head: HttpHead;
}

export interface MessageEvents {
  began(message: Message): void;
  completed(message: Message): void;
  /** Method of the request that the next response answers, if known. */
  methodAnswered(): string | undefined;
}

type State = "searching" | "head" | "body" | "open-end";

/**
 * Cuts one direction of a connection into messages. It starts, and starts again after anything that is not HTTP/1, at
 * the first call whose bytes begin a message of its kind.
 *
 * Only the first bytes of each buffer are known, but all are counted, so a length given by `Content-Length` is exact.
 * Where the end of a message stands among the unknown bytes (a cut head, the length of a later chunk), the message is
 * taken to end with the last byte before the other side speaks, the connection closes, or it falls quiet: the caller
 * says so by `endOpen`. A response without a length ends in the same way.
 */
export class MessageStream {
  #state: State = "searching";
  #head = Buffer.alloc(0);
  #body: BodyReader | undefined;
  #passage: Passage | undefined;
  /** The passage, once its head is known. */
  #message: Message | undefined;
  /** False once unknown bytes came: what follows them is no longer the start. */
  #gapless = true;

  constructor(
    readonly kind: MessageKind,
    private readonly events: MessageEvents,
  ) {}

  push(call: TimedCall): void {
    if (this.#state === "searching") {
      if (kindOfStart(call.pieces[0]?.known ?? Buffer.alloc(0)) !== this.kind) return;
      this.#expectHead();
    }
    for (const piece of call.pieces) this.#pushPiece(call, piece);
  }

  /** Ends a message whose end could not be told from its bytes. */
  endOpen(): void {
    if (this.#state === "open-end" && this.#message !== undefined) this.#complete(this.#message);
  }

  /** True while a message waits for `endOpen`. */
  get isOpenEnded(): boolean {
    return this.#state === "open-end";
  }

  #pushPiece(call: TimedCall, piece: Piece): void {
    const size = piece.known.length + piece.unknown;
    for (let at = 0; at < size; ) {
      if (this.#state === "searching") return;
      at = this.#state === "head" ? this.#readHead(call, piece, at) : this.#readBody(call, piece, at);
    }
  }

  /** Returns how far into the piece it read. */
  #readHead(call: TimedCall, piece: Piece, from: number): number {
    const size = piece.known.length + piece.unknown;
    if (this.#passage === undefined) {
      if (piece.known[from] === 13 || piece.known[from] === 10) return from + 1;
      if (piece.known.length - from >= 40 && kindOfStart(piece.known.subarray(from)) !== this.kind) {
        this.#lose();
        return size;
      }
      this.#passage = newPassage(call);
      this.#gapless = true;
    }
    const before = this.#head.length;
    this.#head = Buffer.concat([this.#head, piece.known.subarray(from)]);
    const end = this.#head.indexOf("\r\n\r\n", Math.max(0, before - 3));
    const cut = end === -1 && (piece.unknown > 0 || this.#head.length > headLimit);
    if (end === -1 && !cut) {
      this.#count(this.#passage, call, piece, from, size);
      return size;
    }
    const head = parseHead(this.#head.toString("latin1", 0, end === -1 ? this.#head.length : end));
    if (head === undefined || head.kind !== this.kind) {
      this.#lose();
      return size;
    }
    const used = end === -1 ? size : from + (end + 4 - before);
    this.#count(this.#passage, call, piece, from, used);
    const message: Message = Object.assign(this.#passage, { head });
    this.#message = message;
    const length = bodyLength(head, this.events.methodAnswered());
    this.events.began(message);
    if (cut || length.by === "open-end") this.#state = "open-end";
    else if (length.by === "length" && length.bytes === 0) this.#complete(message);
    else {
      this.#state = "body";
      this.#body = new BodyReader(length);
    }
    return used;
  }

  #readBody(call: TimedCall, piece: Piece, from: number): number {
    const size = piece.known.length + piece.unknown;
    const message = this.#message;
    if (message === undefined) return size;
    const progress = this.#state === "body" ? this.#body?.push(piece, from) : undefined;
    if (progress?.state === "ended") {
      this.#count(message, call, piece, from, progress.used);
      this.#complete(message);
      return progress.used;
    }
    if (progress?.state === "lost") this.#state = "open-end";
    this.#count(message, call, piece, from, size);
    return size;
  }

  #count(passage: Passage, call: TimedCall, piece: Piece, from: number, to: number): void {
    passage.size += to - from;
    passage.endNs = call.exitNs;
    passage.lastTid = call.tid;
    if (this.#gapless && passage.content.length < contentLimit) {
      const room = contentLimit - passage.content.length;
      passage.content = Buffer.concat([passage.content, piece.known.subarray(from, Math.min(to, from + room))]);
    }
    if (to > piece.known.length) this.#gapless = false;
  }

  #complete(message: Message): void {
    message.complete = true;
    this.#expectHead();
    this.events.completed(message);
  }

  #expectHead(): void {
    this.#state = "head";
    this.#head = Buffer.alloc(0);
    this.#body = undefined;
    this.#passage = undefined;
    this.#message = undefined;
  }

  #lose(): void {
    this.#expectHead();
    this.#state = "searching";
  }
}

function newPassage(call: TimedCall): Passage {
  return {
    firstTid: call.tid,
    lastTid: call.tid,
    beginNs: call.entryNs,
    endNs: call.exitNs,
    size: 0,
    content: Buffer.alloc(0),
    complete: false,
  };
}
