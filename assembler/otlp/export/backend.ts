import { readFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { describePresented } from "../../elastic/server-certificate";
import { TimeLimit } from "../../time-limit";
import type { ExportRequest } from "../otlp-model";
import { encodeRequest } from "../otlp-protobuf";
import type { OtlpExportSettings } from "../otlp-settings";
import { type BackendAnswer, type BackendVerdict, judgeAnswer } from "./backend-verdict";

const largestAnswer = 1024 * 1024;
/** Shorter words would be masked where they mean something else. */
const shortestSecret = 8;
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
    const options = { keepAlive: true, maxSockets: 1, ...(ca_file !== undefined && { ca: authorityOf(ca_file) }) };
    this.#agent = this.#url.protocol === "https:" ? new https.Agent(options) : new http.Agent(options);
  }

  async send(request: ExportRequest, signal: AbortSignal): Promise<BackendVerdict> {
    const { encoding, compression, headers } = this.#settings;
    const plain = encoding === "json" ? Buffer.from(JSON.stringify(request)) : encodeRequest(request);
    const body = compression === "gzip" ? await compress(plain) : plain;
    try {
      const verdict = judgeAnswer(
        await this.#post(body, signal, {
          ...headers,
          "content-type": encoding === "json" ? "application/json" : "application/x-protobuf",
          "content-length": String(body.length),
          ...(compression === "gzip" ? { "content-encoding": "gzip" } : {}),
        }),
      );
      return "reason" in verdict ? { ...verdict, reason: withoutSecrets(verdict.reason, headers) } : verdict;
    } catch (error) {
      return this.#judgeFault(reasonOf(error));
    }
  }

  async #judgeFault(reason: string): Promise<BackendVerdict> {
    const { origin, protocol } = this.#url;
    const isUntrusted = protocol === "https:" && /certificate|altnames/i.test(reason);
    if (!isUntrusted) return { kind: "later", reason: `no answer: ${reason}`, retryAfterMs: 0 };
    const toDo = "otlp.export.ca_file takes the certificate of the authority that signed it";
    return {
      kind: "misconfigured",
      reason: `${origin} is not trusted: ${reason}; it presents: ${await describePresented(origin)}; ${toDo}`,
    };
  }

  close(): void {
    this.#agent.destroy();
  }

  #post(body: Buffer, stop: AbortSignal, headers: Readonly<Record<string, string>>): Promise<BackendAnswer> {
    const { request } = this.#url.protocol === "https:" ? https : http;
    const limit = new TimeLimit(stop, this.#settings.timeout_ms);
    const options = { method: "POST", agent: this.#agent, headers, signal: limit.signal };
    const answered = new Promise<BackendAnswer>((resolve, reject) => {
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
    return answered.finally(() => limit.end());
  }
}

/** A backend's own words may quote what it was sent: a token is masked with or without the word before it. */
function withoutSecrets(text: string, headers: Readonly<Record<string, string>>): string {
  const secrets = Object.values(headers).flatMap((value) => [value, ...value.split(" ")]);
  return secrets
    .filter(({ length }) => length >= shortestSecret)
    .sort((left, right) => right.length - left.length)
    .reduce((masked, secret) => masked.replaceAll(secret, "***"), text);
}

function authorityOf(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new Error(`otlp.export.ca_file: cannot be read: ${reasonOf(error)}`);
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Several addresses that all failed: the error itself says nothing.
  const inner = error instanceof AggregateError ? error.errors[0] : error;
  return inner instanceof Error ? inner.message : String(inner);
}
