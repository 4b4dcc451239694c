import { readFileSync } from "node:fs";
import { Client, type ClientOptions } from "@elastic/elasticsearch";
import { MalformedJson } from "../json/scan";
import type { AssemblerSettings } from "../settings/assembler-settings";
import { ElasticError, errorOfAnswer } from "./elastic-error";

const requestTimeoutMs = 60_000;
/** Answers beyond it are not taken: better to ask for less at once than to run out of memory. */
const largestAnswer = 128 * 1024 * 1024;

export interface ElasticRequest {
  readonly method: "GET" | "POST" | "PUT" | "DELETE" | "HEAD";
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** An object is sent as JSON, bytes as newline-delimited JSON. */
  readonly body?: object | Buffer;
  /** Statuses that are answers rather than errors, besides 2xx. */
  readonly allowed?: readonly number[];
}

export interface ElasticAnswer {
  readonly status: number;
  readonly body: Buffer;
}

/**
 * The one way to Elasticsearch: answers come as bytes, since parsing them as JSON would cut nanoseconds short. Throws
 * ElasticError and nothing else. It does not retry; whoever calls knows better when.
 */
export class ElasticConnection {
  readonly #client: Client;

  constructor(settings: AssemblerSettings["elastic"]) {
    this.#client = new Client(clientOptions(settings));
  }

  async ask(request: ElasticRequest): Promise<ElasticAnswer> {
    const what = `${request.method} ${request.path.slice(0, 200)}`;
    const answer = await this.#send(request, what);
    const isFine = answer.status < 300 || request.allowed?.includes(answer.status);
    if (!isFine) throw errorOfAnswer(what, answer.status, answer.body);
    return answer;
  }

  async askJson<T>(request: ElasticRequest): Promise<T> {
    return this.askFor(request, (body) => JSON.parse(body.toString("utf8")) as T);
  }

  /** Asks and reads the answer; one that cannot be read (a proxy's page, half an answer) is an ElasticError too. */
  async askFor<T>(request: ElasticRequest, read: (body: Buffer) => T): Promise<T> {
    const { body } = await this.ask(request);
    try {
      return read(body);
    } catch (error) {
      if (!(error instanceof SyntaxError || error instanceof MalformedJson)) throw error;
      const start = body.toString("utf8", 0, 200);
      throw new ElasticError(
        "failed",
        `the answer to ${request.method} ${request.path} cannot be read: ${error.message}: ${start}`,
      );
    }
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  async #send(request: ElasticRequest, what: string): Promise<ElasticAnswer> {
    const { body } = request;
    const contentType = Buffer.isBuffer(body) ? "application/x-ndjson" : "application/json";
    try {
      const answer = await this.#client.transport.request<AsyncIterable<Buffer> & { destroy(): void }>(
        {
          method: request.method,
          path: request.path,
          querystring: { ...request.query },
          ...(body === undefined ? {} : { body: Buffer.isBuffer(body) ? body : JSON.stringify(body) }),
        },
        {
          asStream: true,
          meta: true,
          maxRetries: 0,
          headers: { accept: "application/json", ...(body === undefined ? {} : { "content-type": contentType }) },
        },
      );
      return { status: answer.statusCode ?? 0, body: await collect(answer.body, what) };
    } catch (error) {
      if (error instanceof ElasticError) throw error;
      throw new ElasticError("unreachable", `no answer from Elasticsearch to ${what}: ${messageOf(error)}`);
    }
  }
}

async function collect(stream: AsyncIterable<Buffer> & { destroy(): void }, what: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    length += chunk.length;
    chunks.push(chunk);
    if (length <= largestAnswer) continue;
    stream.destroy();
    throw new ElasticError("too_large", `the answer to ${what} has more than ${largestAnswer} bytes`);
  }
  return Buffer.concat(chunks, length);
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message || error.name;
}

function clientOptions({ url, username, password, api_key, ca_file }: AssemblerSettings["elastic"]): ClientOptions {
  const auth =
    api_key !== undefined
      ? { apiKey: api_key }
      : username !== undefined
        ? { username, password: password ?? "" }
        : undefined;
  return {
    node: url,
    requestTimeout: requestTimeoutMs,
    maxRetries: 0,
    ...(auth === undefined ? {} : { auth }),
    ...(ca_file === undefined ? {} : { tls: { ca: readFileSync(ca_file) } }),
  };
}
