import { connect, createServer, type Server, type Socket } from "node:net";

/** More than what comes before the pack, and less than a pack of a few kilobytes. */
const heldAfterBytes = 2000;

/** A way to a git server that can be closed, or hold what hosts fetch half way. */
export class GitGate {
  readonly #server: Server;
  readonly #open = new Set<Socket>();
  #closed = false;
  /** Called with each connection of a host that waits for more; what follows its first bytes never comes. */
  #onHeld: (() => void) | undefined;

  private constructor(
    readonly url: string,
    server: Server,
  ) {
    this.#server = server;
  }

  /** Stands before the server of `url`, on the same address; only what comes from one of `hosts` is ever held. */
  static async before(url: string, hosts: readonly string[]): Promise<GitGate> {
    const behind = new URL(url);
    const server = createServer();
    server.listen(0, behind.hostname);
    await new Promise((listening) => server.once("listening", listening));
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("the gate has no port");
    const gate = new GitGate(`git://${behind.hostname}:${address.port}${behind.pathname}`, server);
    server.on("connection", (socket) => gate.#pass(socket, behind, hosts.includes(socket.remoteAddress ?? "")));
    return gate;
  }

  /** Refuses everybody, and breaks off what is under way. */
  shut(): void {
    this.#closed = true;
    this.#onHeld = undefined;
    for (const socket of this.#open) socket.destroy();
  }

  open(): void {
    this.#closed = false;
  }

  /** Lets hosts connect and get a little, and resolves once one of them waits for more. */
  hold(): Promise<void> {
    return new Promise((resolve) => {
      this.#onHeld = resolve;
    });
  }

  async close(): Promise<void> {
    this.shut();
    await new Promise((closed) => this.#server.close(closed));
  }

  #pass(near: Socket, { hostname, port }: URL, isHost: boolean): void {
    if (this.#closed) return void near.destroy();
    const far = connect(Number(port), hostname);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#open.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => {
        this.#open.delete(socket);
        other.destroy();
      });
    }
    near.pipe(far);
    let passed = 0;
    far.on("data", (bytes) => {
      const left = isHost && this.#onHeld ? Math.max(0, heldAfterBytes - passed) : bytes.length;
      passed += bytes.length;
      near.write(bytes.subarray(0, left));
      if (left >= bytes.length) return;
      far.pause();
      this.#onHeld?.();
    });
  }
}
