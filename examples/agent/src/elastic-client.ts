import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { type BulkOutcome, bulkBody, readBulkAnswer } from "./bulk-items";
import type { StoredSpan } from "./span-document";

export interface ElasticTarget {
  nodeUrl: string;
  /** Empty for no authentication. */
  username: string;
  password: string;
  requestTimeoutMs: number;
  index: string;
}

/** The whole request was refused; `status` is undefined if there was no answer. */
export class ElasticFault extends Error {
  constructor(
    message: string,
    readonly status?: number,
  ) {
    super(message);
  }
}

/** Writes spans to one index of one Elasticsearch over a kept-alive connection. */
export class ElasticClient {
  readonly #agent: HttpAgent;
  readonly #url: URL;

  constructor(private readonly target: ElasticTarget) {
    const options = { keepAlive: true, maxSockets: 2 };
    this.#url = new URL(
      `${target.nodeUrl.replace(/\/+$/, "")}/${target.index}/_bulk?filter_path=items.*.status,items.*.error.type,items.*.error.reason`,
    );
    this.#agent = this.#url.protocol === "https:" ? new HttpsAgent(options) : new HttpAgent(options);
  }

  /** Writes the spans and says what became of each. Throws an `ElasticFault` if none was looked at. */
  async write(spans: readonly StoredSpan[]): Promise<BulkOutcome> {
    const answer = await this.#post(Buffer.from(bulkBody(spans)));
    try {
      return readBulkAnswer(spans, answer);
    } catch (error) {
      throw new ElasticFault(`${this.#where} gave an answer that cannot be read: ${(error as Error).message}`);
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  get #where(): string {
    return `Elasticsearch at ${this.#url.origin}`;
  }

  #post(body: Buffer): Promise<string> {
    const { username, password, requestTimeoutMs } = this.target;
    const headers: Record<string, string | number> = {
      "content-type": "application/x-ndjson",
      "content-length": body.length,
    };
    if (username !== "") headers.authorization = `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
    const request = this.#url.protocol === "https:" ? httpsRequest : httpRequest;
    return new Promise((resolve, reject) => {
      const outgoing = request(this.#url, { method: "POST", headers, agent: this.#agent }, (response) => {
        readText(response).then((text) => {
          if (response.statusCode === 200) resolve(text);
          else reject(new ElasticFault(`${this.#where} answered ${statusWords(response, text)}`, response.statusCode));
        }, failed);
      });
      const failed = (error: Error): void => {
        clearTimeout(timer);
        reject(new ElasticFault(`${this.#where} cannot be reached: ${error.message || String(error)}`));
      };
      // Over the whole request: a server that accepts and then says nothing is as good as none.
      const timer = setTimeout(
        () => outgoing.destroy(new Error(`no answer within ${requestTimeoutMs / 1000} s`)),
        requestTimeoutMs,
      );
      outgoing.on("error", failed);
      outgoing.on("close", () => clearTimeout(timer));
      outgoing.end(body);
    });
  }
}

async function readText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

function statusWords(response: IncomingMessage, text: string): string {
  const status = `${response.statusCode} ${response.statusMessage ?? ""}`.trim();
  if (response.statusCode === 401 || response.statusCode === 403)
    return `${status}: check sender.elastic.username and password`;
  const reason = /"reason":"((?:[^"\\]|\\.)*)"/.exec(text)?.[1];
  return reason === undefined ? status : `${status}: ${reason.slice(0, 200)}`;
}
