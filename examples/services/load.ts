import { Agent, request } from "node:http";
import { seededFraction } from "./src/seeded-delay";

/** What to send: exactly `requests` requests, at most `concurrency` at once. The seed decides their order and payload. */
export interface LoadOptions {
  /** Base URL of the frontend. */
  url: string;
  requests: number;
  concurrency: number;
  seed: string | number;
}

export interface LoadResult {
  requests: number;
  /** Requests that got no answer or one of status 400 and above. */
  failed: number;
  /** The `X-Request-Id` of every request, in the order of sending. */
  requestIds: string[];
  /** Spans that these requests cause in the services, by request id: what a perfect record holds if none failed. */
  expectedSpans: Record<string, number>;
  seconds: number;
  /** Per request in ms, in the order of sending. */
  latenciesMs: number[];
}

interface ShopCall {
  method: "GET" | "POST";
  path: string;
  body?: Record<string, unknown>;
  /** One Ingress at the frontend, and an Egress with its Ingress for each call behind it. */
  spans: number;
}

/** Sends the load over kept-alive connections and waits for every answer. A failed request is counted, not thrown. */
export async function runLoad(options: LoadOptions): Promise<LoadResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: options.concurrency });
  const requestIds = Array.from({ length: options.requests }, (_, index) => requestIdOf(options.seed, index));
  const calls = requestIds.map(shopCall);
  const latenciesMs: number[] = new Array(options.requests).fill(0);
  const started = performance.now();
  let next = 0;
  let failed = 0;
  const worker = async (): Promise<void> => {
    while (next < calls.length) {
      const index = next++;
      const call = calls[index] as ShopCall;
      const sent = performance.now();
      const status = await send(options.url, call, requestIds[index] as string, agent).catch(() => 0);
      if (status === 0 || status >= 400) failed++;
      latenciesMs[index] = performance.now() - sent;
    }
  };
  await Promise.all(Array.from({ length: options.concurrency }, worker));
  agent.destroy();
  const expectedSpans = Object.fromEntries(calls.map((call, index) => [requestIds[index] as string, call.spans]));
  const seconds = (performance.now() - started) / 1000;
  return { requests: options.requests, failed, requestIds, expectedSpans, seconds, latenciesMs };
}

function requestIdOf(seed: string | number, index: number): string {
  return `req-${seed}-${index.toString().padStart(6, "0")}`;
}

function shopCall(requestId: string): ShopCall {
  const pick = (what: string, below: number): number => Math.floor(seededFraction(`${requestId}/${what}`) * below);
  const cart = `cart-${pick("cart", 0x1_0000_0000).toString(16).padStart(8, "0")}`;
  const category = ["lamps", "shelves", "chairs", "rugs", "tables"][pick("category", 5)] as string;
  const kind = pick("kind", 10);
  if (kind < 4) return { method: "GET", path: `/checkout?cart=${cart}`, spans: 9 };
  if (kind < 7) return { method: "GET", path: `/browse?category=${category}&cart=${cart}`, spans: 9 };
  if (kind < 8) return { method: "GET", path: `/product?sku=sku-${pick("sku", 100_000)}`, spans: 5 };
  const items = Array.from({ length: 1 + pick("items", 5) }, (_, i) => ({
    sku: `sku-${pick(`item${i}`, 100_000)}`,
    quantity: 1 + pick(`quantity${i}`, 4),
  }));
  const customer = { id: `cust-${pick("customer", 10_000)}`, name: "Zoë Müller", country: "DE" };
  return { method: "POST", path: "/order", body: { cart, customer, items }, spans: 9 };
}

function send(url: string, call: ShopCall, requestId: string, agent: Agent): Promise<number> {
  const payload = call.body === undefined ? undefined : Buffer.from(JSON.stringify(call.body));
  const headers: Record<string, string | number> = { "x-request-id": requestId, "user-agent": "shop-load/1" };
  if (payload !== undefined) {
    headers["content-type"] = "application/json";
    headers["content-length"] = payload.length;
  }
  return new Promise((resolve, reject) => {
    const outgoing = request(new URL(call.path, url), { method: call.method, headers, agent }, (response) => {
      response.resume();
      response.on("error", reject);
      response.on("end", () => resolve(response.statusCode ?? 0));
    });
    outgoing.on("error", reject);
    outgoing.end(payload);
  });
}
