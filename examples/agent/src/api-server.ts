import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface ApiAnswer {
  status: number;
  body: unknown;
}

export interface ApiRoutes {
  status(): unknown;
  update(update: unknown): Promise<ApiAnswer>;
}

const bodyLimit = 1 << 20;

/** The agent's HTTP API: `GET /api/status` and `POST /api/config/update`. */
export class ApiServer {
  readonly #server: Server;

  constructor(
    ident: string,
    private readonly routes: ApiRoutes,
  ) {
    this.#server = createServer((request, response) => {
      this.#answer(request)
        .catch((error: unknown) => ({ status: 500, body: { error: String(error) } }))
        .then((answer) => send(response, ident, answer));
    });
  }

  /** Resolves with the port once it listens; rejects with a message that names the setting to change. */
  listen(address: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", (error: NodeJS.ErrnoException) =>
        reject(
          new Error(`api.address ${address}, api.port ${port}: cannot listen there (${error.code ?? error.message})`),
        ),
      );
      this.#server.listen(port, address, () => resolve((this.#server.address() as AddressInfo).port));
    });
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async #answer(request: IncomingMessage): Promise<ApiAnswer> {
    const path = (request.url ?? "").split("?", 1)[0];
    const method = { "/api/status": "GET", "/api/config/update": "POST" }[path ?? ""];
    if (method === undefined) return { status: 404, body: { error: `nothing is at ${path}` } };
    if (request.method !== method) return { status: 405, body: { error: `${path} takes ${method}` } };
    if (method === "GET") return { status: 200, body: this.routes.status() };
    const text = await readBody(request);
    if (text === undefined) return { status: 413, body: { error: `an update has at most ${bodyLimit} bytes` } };
    let update: unknown;
    try {
      update = JSON.parse(text);
    } catch {
      return { status: 400, body: { error: "the update is not JSON" } };
    }
    return this.routes.update(update);
  }
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size <= bodyLimit) chunks.push(chunk as Buffer);
  }
  return size > bodyLimit ? undefined : Buffer.concat(chunks).toString("utf8");
}

function send(response: ServerResponse, ident: string, { status, body }: ApiAnswer): void {
  response.writeHead(status, { "content-type": "application/json", server: ident });
  response.end(`${JSON.stringify(body)}\n`);
}
