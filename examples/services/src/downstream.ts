import { Agent, request } from "node:http";
import { HttpFault } from "./http-service";

/** A pooled HTTP/1.1 client of one other service. */
export class Downstream {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 16, maxFreeSockets: 16, scheduling: "fifo" });
  readonly #base: URL;

  /** `variable` names the environment variable that holds the base URL. */
  constructor(
    readonly name: string,
    variable: string,
  ) {
    const base = process.env[variable];
    if (base === undefined) throw new Error(`${variable} is not set: it is the base URL of the ${name} service`);
    this.#base = new URL(base);
  }

  /** The decoded JSON answer; an answer of 400 and above, or none within 10 s, is a `HttpFault` of status 502. */
  async call(method: string, path: string, requestId: string, body?: unknown): Promise<Record<string, unknown>> {
    const { status, text } = await this.#send(method, path, requestId, body).catch((error: Error) => {
      throw new HttpFault(502, `${this.name} is away: ${error.message}`);
    });
    if (status >= 400) throw new HttpFault(502, `${this.name} answered ${status} to ${method} ${path}`);
    return JSON.parse(text) as Record<string, unknown>;
  }

  #send(method: string, path: string, requestId: string, body?: unknown): Promise<{ status: number; text: string }> {
    const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    const headers: Record<string, string | number> = { accept: "application/json", "x-request-id": requestId };
    if (payload !== undefined) {
      headers["content-type"] = "application/json";
      headers["content-length"] = payload.length;
    }
    return new Promise((resolve, reject) => {
      const outgoing = request(new URL(path, this.#base), { method, headers, agent: this.#agent }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString("utf8") }),
        );
      });
      outgoing.setTimeout(10_000, () => outgoing.destroy(new Error("no answer within 10 s")));
      outgoing.on("error", reject);
      outgoing.end(payload);
    });
  }
}
