import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** What is answered instead of letting a request through; `cut` ends its connection. */
export type Refusal = { readonly status: number; readonly retryAfter?: number } | "cut";

/** A port in front of Elasticsearch that refuses single requests, as a node or a load balancer under pressure does. */
export class AnswerGate {
  /** Asked for each request by its line (`POST /traces/_bulk?…`); undefined lets it through. */
  refuse: (line: string) => Refusal | undefined | Promise<Refusal | undefined> = () => undefined;
  readonly #server: Server;

  private constructor(target: URL) {
    this.#server = createServer(async (incoming, answer) => {
      const { method, url = "/" } = incoming;
      const refusal = await this.refuse(`${method} ${url}`);
      if (refusal !== undefined) {
        incoming.resume().on("end", () => {
          if (refusal === "cut") answer.destroy();
          else {
            if (refusal.retryAfter !== undefined) answer.setHeader("retry-after", refusal.retryAfter);
            answer.writeHead(refusal.status, { "content-type": "text/html" }).end("<h1>not now</h1>");
          }
        });
        return;
      }
      const { hostname, port } = target;
      // It is about this connection: passed on, the node would close one that the next request is sent over.
      const { connection: _, ...headers } = incoming.headers;
      const onward = request({ hostname, port, method, path: url, headers }, (given) => {
        answer.writeHead(given.statusCode ?? 502, given.headers);
        given.pipe(answer);
      });
      onward.on("error", () => answer.destroy());
      incoming.pipe(onward);
    });
  }

  static async open(target: string): Promise<AnswerGate> {
    const gate = new AnswerGate(new URL(target));
    await new Promise<void>((resolve) => gate.#server.listen(0, "127.0.0.1", resolve));
    return gate;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
