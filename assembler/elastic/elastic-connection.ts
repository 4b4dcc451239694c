import { readFileSync } from "node:fs";
import { Client, type ClientOptions } from "@elastic/elasticsearch";
import { MalformedJson } from "../json/scan";
import type { AssemblerSettings } from "../settings/assembler-settings";
import { ElasticError, errorOfAnswer } from "./elastic-error";
import { authorityByFingerprint, describePresented } from "./server-certificate";

const requestTimeoutMs = 60_000;
/** Answers beyond it are not taken: better to ask for less at once than to run out of memory. */
const largestAnswer = 128 * 1024 * 1024;
/** A node that cannot be reached got nothing of the request, so another one may be asked whatever it is. */
const notSent = /\b(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)\b|Connect Timeout/;

export interface ElasticRequest {
  readonly method: "GET" | "POST" | "PUT" | "DELETE" | "HEAD";
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** An object is sent as JSON, bytes as newline-delimited JSON. */
  readonly body?: object | Buffer;
  /** Memory for the answer, all of which is written; new memory by default. */
  readonly takeMemory?: (length: number) => Buffer;
  /** Statuses that are answers rather than errors, besides 2xx. */
  readonly allowed?: readonly number[];
}

export interface ElasticAnswer {
  readonly status: number;
  readonly body: Buffer;
  /** How long the server asks to wait, in milliseconds; 0 when it does not say. */
  readonly retryAfterMs: number;
}

type ElasticSettings = AssemblerSettings["elastic"];

/**
 * The one way to Elasticsearch: answers come as bytes, since parsing them as JSON would cut nanoseconds short. Throws
 * ElasticError and nothing else. What did not reach one node goes to the next; otherwise it does not retry, as whoever
 * calls knows better when.
 */
export class ElasticConnection {
  #settings: ElasticSettings;
  /** Undefined until the authority of `ca_fingerprint` is known. */
  #client: Client | undefined;
  /** Called at each answer, whatever it is. */
  readonly #answered: () => void;

  constructor(settings: ElasticSettings, answered: () => void = () => {}) {
    this.#settings = settings;
    this.#answered = answered;
    if (settings.ca_fingerprint === undefined) this.#client = clientFor(settings);
  }

  /** Uses other credentials or another authority from the next request on. Throws Error when the file cannot be read. */
  use(settings: ElasticSettings): void {
    const before = this.#client;
    this.#client = settings.ca_fingerprint === undefined ? clientFor(settings) : undefined;
    this.#settings = settings;
    // Ends once its last request is answered.
    before?.close().catch(() => {});
  }

  async ask(request: ElasticRequest): Promise<ElasticAnswer> {
    const what = `${request.method} ${request.path.slice(0, 200)}`;
    const answer = await this.#sendToAny(request, what);
    const isFine = answer.status < 300 || request.allowed?.includes(answer.status);
    if (!isFine) throw errorOfAnswer(what, answer.status, answer.body, answer.retryAfterMs);
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

  async close(): Promise<void> {
    await this.#client?.close();
  }

  /** The client takes the nodes in turn, those that did not answer before seldom. */
  async #sendToAny(request: ElasticRequest, what: string): Promise<ElasticAnswer> {
    for (let left = this.#settings.other_urls?.length ?? 0; ; left -= 1) {
      try {
        return await this.#send(request, what);
      } catch (error) {
        const isSent = !(error instanceof ElasticError) || error.kind !== "unreachable" || !notSent.test(error.message);
        if (isSent || left === 0) throw error;
      }
    }
  }

  async #send(request: ElasticRequest, what: string): Promise<ElasticAnswer> {
    const { body } = request;
    const contentType = Buffer.isBuffer(body) ? "application/x-ndjson" : "application/json";
    const client = this.#client ?? (await this.#clientByFingerprint());
    try {
      const answer = await client.transport.request<AsyncIterable<Buffer> & { destroy(): void }>(
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
      const received = await collect(answer.body, what, request.takeMemory);
      this.#answered();
      const retryAfterMs = Number(answer.headers?.["retry-after"] ?? 0) * 1000 || 0;
      return { status: answer.statusCode ?? 0, body: received, retryAfterMs };
    } catch (error) {
      if (error instanceof ElasticError) throw error;
      const message = `no answer from Elasticsearch to ${what}: ${messageOf(error)}`;
      const { url } = this.#settings;
      const isUntrusted = url.startsWith("https:") && /certificate|altnames/i.test(message);
      if (!isUntrusted) throw new ElasticError("unreachable", message);
      throw new ElasticError("denied", `${message}; ${url} presents: ${await describePresented(url)}`);
    }
  }

  async #clientByFingerprint(): Promise<Client> {
    const settings = this.#settings;
    const authority = await authorityByFingerprint(settings.url, settings.ca_fingerprint ?? "");
    this.#client ??= clientFor(settings, authority);
    return this.#client;
  }
}

async function collect(
  stream: AsyncIterable<Buffer> & { destroy(): void },
  what: string,
  takeMemory: (length: number) => Buffer = Buffer.allocUnsafe,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    length += chunk.length;
    chunks.push(chunk);
    if (length <= largestAnswer) continue;
    stream.destroy();
    throw new ElasticError("too_large", `the answer to ${what} has more than ${largestAnswer} bytes`);
  }
  const whole = takeMemory(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message || error.name;
}

/** `authority`: its certificate in PEM; by default that of `ca_file`, else those the system trusts. */
function clientFor(settings: ElasticSettings, authority = authorityOfFile(settings.ca_file)): Client {
  return new Client(clientOptions(settings, authority));
}

function authorityOfFile(file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new Error(`elastic.ca_file: cannot be read: ${messageOf(error)}`);
  }
}

function clientOptions(settings: ElasticSettings, authority: string | undefined): ClientOptions {
  const { url, other_urls, username, password, api_key } = settings;
  const auth =
    api_key !== undefined
      ? { apiKey: api_key }
      : username !== undefined
        ? { username, password: password ?? "" }
        : undefined;
  return {
    nodes: [url, ...(other_urls ?? [])],
    requestTimeout: requestTimeoutMs,
    maxRetries: 0,
    ...(auth === undefined ? {} : { auth }),
    ...(authority === undefined ? {} : { tls: { ca: authority } }),
  };
}
