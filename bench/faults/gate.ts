import { createServer, connect as dial, type Server, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

/** A moment in the life of a request to be awaited: its first bytes, or the first bytes of its answer. */
export interface Moment {
  /** Begin of the request line: `POST /traces/_bulk`. */
  readonly request: string;
  readonly at: "request" | "answer";
}

interface Awaited extends Moment {
  readonly strike: () => void;
}

/** The two sockets of one connection through the gate. */
interface Passage {
  readonly outer: Socket;
  readonly inner: Socket;
  /** The latest request that was awaited on it, while its answer is. */
  pending: Awaited | undefined;
}

/**
 * A port in front of Elasticsearch that can be cut, and that says when a request passes: what is struck in that moment is
 * struck in the middle of it.
 */
export class Gate {
  readonly #target: { readonly host: string; readonly port: number };
  readonly #passages = new Set<Passage>();
  #server: Server | undefined;
  #port = 0;
  #isHeld = false;
  #awaited: Awaited | undefined;

  private constructor(target: URL) {
    this.#target = { host: target.hostname, port: Number(target.port) };
  }

  static async open(target: string): Promise<Gate> {
    const gate = new Gate(new URL(target));
    await gate.#listen();
    return gate;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Calls `strike` once, at the next such moment, before the bytes go on. */
  at(moment: Moment, strike: () => void): void {
    const awaited: Awaited = {
      ...moment,
      strike: () => {
        this.#awaited = undefined;
        strike();
      },
    };
    this.#awaited = awaited;
  }

  /** Half of the time nothing comes through, as behind a broken switch; then connections are refused. */
  async cut(ms: number): Promise<void> {
    this.#isHeld = true;
    for (const { outer, inner } of this.#passages) {
      outer.pause();
      inner.pause();
    }
    await delay(ms / 2);
    this.#isHeld = false;
    await this.#shut();
    await delay(ms / 2);
    await this.#listen();
  }

  close(): Promise<void> {
    return this.#shut();
  }

  async #listen(): Promise<void> {
    const server = createServer((outer) => this.#pass(outer));
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(this.#port, "127.0.0.1", resolve);
    });
    this.#port = (server.address() as { port: number }).port;
  }

  async #shut(): Promise<void> {
    const closed = new Promise((resolve) => this.#server?.close(resolve));
    for (const { outer, inner } of this.#passages) {
      outer.destroy();
      inner.destroy();
    }
    await closed;
  }

  #pass(outer: Socket): void {
    const inner = dial(this.#target);
    const passage: Passage = { outer, inner, pending: undefined };
    this.#passages.add(passage);
    const end = () => {
      outer.destroy();
      inner.destroy();
      this.#passages.delete(passage);
    };
    for (const socket of [outer, inner]) socket.setNoDelay(true).on("error", end).on("close", end);
    outer.on("data", (bytes) => {
      this.#look(passage, bytes);
      if (!inner.write(bytes)) outer.pause();
    });
    inner.on("data", (bytes) => {
      const { pending } = passage;
      passage.pending = undefined;
      if (pending !== undefined && pending === this.#awaited) pending.strike();
      if (!outer.write(bytes)) inner.pause();
    });
    inner.on("drain", () => this.#isHeld || outer.resume());
    outer.on("drain", () => this.#isHeld || inner.resume());
    if (this.#isHeld) {
      outer.pause();
      inner.pause();
    }
  }

  /** Clients send one request at a time on a connection, so that one begins where some bytes begin. */
  #look(passage: Passage, bytes: Buffer): void {
    const awaited = this.#awaited;
    if (awaited === undefined || !bytes.toString("latin1", 0, 200).startsWith(awaited.request)) return;
    if (awaited.at === "answer") passage.pending = awaited;
    else awaited.strike();
  }
}
