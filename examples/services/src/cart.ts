import { Downstream } from "./downstream";
import { HttpFault, runHttpService } from "./http-service";
import { seededDelay } from "./seeded-delay";

// Customers' carts: an event loop in front of the shared backend.

const backend = new Downstream("backend", "BACKEND_URL");

runHttpService("cart", async ({ endpoint, body, requestId }) => {
  const [, method, cartId, rest] = /^(GET|POST) \/carts\/([A-Za-z0-9-]+)(\/orders)?$/.exec(endpoint) ?? [];
  await seededDelay(`${requestId}/cart`, 1, 6);
  if (method === "GET" && rest === undefined) {
    const { records } = await backend.call("GET", `/records/carts?key=${cartId}`, requestId);
    return { status: 200, body: { cart: cartId, lines: records } };
  }
  if (method === "POST" && rest !== undefined) {
    const stored = await backend.call("POST", "/records/orders", requestId, { cart: cartId, ...body });
    return { status: 201, body: { order: stored.id, cart: cartId } };
  }
  throw new HttpFault(404, `no such endpoint: ${endpoint}`);
});
