import { readFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { ExportRequest } from "../otlp-model";
import { encodeRequest } from "../otlp-protobuf";
import type { OtlpExportSettings } from "../otlp-settings";
import { type BackendAnswer, type BackendVerdict, judgeAnswer } from "./backend-verdict";

const largestAnswer = 1024 * 1024;
const compress = promisify(gzip);

/** Where traces are sent. It does not retry; whoever calls knows better when. */
export class Backend {
  readonly #settings: OtlpExportSettings;
  readonly #url: URL;
  readonly #agent: http.Agent;

  /** Throws when the CA file cannot be read. */
  constructor(settings: OtlpExportSettings) {
    this.#settings = settings;
    this.#url = new URL(settings.endpoint);
    if (this.#url.pathname === "/") this.#url.pathname = "/v1/traces";
    const { ca_file } = settings;
    const ca = ca_file === undefined ? {} : { ca: readFileSync(ca_file) };
    const options = { keepAlive: true, maxSockets: 1, ...ca };
    this.#agent = this.#url.protocol === "https:" ? new https.Agent(options) : new http.Agent(options);
  }

  async send(request: ExportRequest, signal: AbortSignal): Promise<BackendVerdict> {
    const { encoding, compression, headers } = this.#settings;
    const plain = encoding === "json" ? Buffer.from(JSON.stringify(request)) : encodeRequest(request);
    const body = compression === "gzip" ? await compress(plain) : plain;
    try {
      return judgeAnswer(
        await this.#post(body, signal, {
          ...headers,
          "content-type": encoding === "json" ? "application/json" : "application/x-protobuf",
          "content-length": String(body.length),
          ...(compression === "gzip" ? { "content-encoding": "gzip" } : {}),
        }),
      );
    } catch (error) {
      return { kind: "later", reason: `no answer: ${reasonOf(error)}`, retryAfterMs: 0 };
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  #post(body: Buffer, stop: AbortSignal, headers: Readonly<Record<string, string>>): Promise<BackendAnswer> {
    const { request } = this.#url.protocol === "https:" ? https : http;
    const signal = AbortSignal.any([stop, AbortSignal.timeout(this.#settings.timeout_ms)]);
    const options = { method: "POST", agent: this.#agent, headers, signal };
    return new Promise((resolve, reject) => {
      const asked = request(this.#url, options, (response) => {
        const chunks: Buffer[] = [];
        let length = 0;
        response.on("data", (chunk: Buffer) => {
          length += chunk.length;
          if (length <= largestAnswer) chunks.push(chunk);
        });
        response.on("error", reject);
        response.on("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            contentType: response.headers["content-type"] ?? "",
            retryAfter: response.headers["retry-after"] ?? "",
            body: Buffer.concat(chunks),
          }),
        );
      });
      asked.on("error", reject);
      asked.end(body);
    });
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Several addresses that all failed: the error itself says nothing.
  const inner = error instanceof AggregateError ? error.errors[0] : error;
  return inner instanceof Error ? inner.message : String(inner);
}
