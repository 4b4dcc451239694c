import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A request as the shop's endpoints see it. */
export interface ShopRequest {
  /** Method and path without the query, such as `GET /checkout`. */
  endpoint: string;
  path: string;
  query: URLSearchParams;
  /** Passed along unchanged; it is what the demo checks traces against, and nothing else looks at it. */
  requestId: string;
  body: Record<string, unknown>;
}

export interface ShopResponse {
  status: number;
  body: unknown;
}

/** A fault that has its own HTTP status. */
export class HttpFault extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/**
 * Serves `answer` on HOST and PORT of the environment (default 127.0.0.1 and a free port) and prints one line of JSON
 * `{service, host, port, pid}` once it listens. A `HttpFault` becomes its status, any other error 500. SIGTERM ends it
 * after the requests under way.
 */
export function runHttpService(service: string, answer: (request: ShopRequest) => Promise<ShopResponse>): void {
  const server = createServer((message, response) => {
    handle(message, answer)
      .catch((error: unknown) => faultResponse(service, error))
      .then((result) => send(response, message, result))
      .catch(() => response.destroy());
  });
  // The pools of the callers decide how long connections live; a server that closes idle ones races with reuse.
  server.keepAliveTimeout = 600_000;
  server.listen(Number(process.env.PORT ?? 0), process.env.HOST ?? "127.0.0.1", () => {
    const { address, port } = server.address() as AddressInfo;
    process.stdout.write(`${JSON.stringify({ service, host: address, port, pid: process.pid })}\n`);
  });
  process.once("SIGTERM", () => {
    server.close(() => process.exit(0));
    server.closeIdleConnections();
  });
}

async function handle(
  message: IncomingMessage,
  answer: (request: ShopRequest) => Promise<ShopResponse>,
): Promise<ShopResponse> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  const url = new URL(message.url ?? "/", "http://shop");
  return answer({
    endpoint: `${message.method} ${url.pathname}`,
    path: url.pathname,
    query: url.searchParams,
    requestId: String(message.headers["x-request-id"] ?? ""),
    body: parseBody(Buffer.concat(chunks).toString("utf8")),
  });
}

function parseBody(text: string): Record<string, unknown> {
  if (text === "") return {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Falls through: text that is not JSON and JSON that is no object are the same fault.
  }
  throw new HttpFault(400, "the body is not a JSON object");
}

function faultResponse(service: string, error: unknown): ShopResponse {
  const message = error instanceof Error ? error.message : String(error);
  return { status: error instanceof HttpFault ? error.status : 500, body: { service, error: message } };
}

function send(response: ServerResponse, message: IncomingMessage, result: ShopResponse): void {
  const text = Buffer.from(JSON.stringify(result.body));
  response.writeHead(result.status, {
    "content-type": "application/json",
    "content-length": text.length,
    "x-request-id": String(message.headers["x-request-id"] ?? ""),
  });
  response.end(text);
}
