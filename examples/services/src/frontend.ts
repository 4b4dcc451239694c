import { Downstream } from "./downstream";
import { HttpFault, runHttpService, type ShopRequest, type ShopResponse } from "./http-service";
import { seededDelay } from "./seeded-delay";

// The shop's entry: one event loop, so a thread id says nothing about which request a call belongs to.

const catalog = new Downstream("catalog", "CATALOG_URL");
const cart = new Downstream("cart", "CART_URL");

runHttpService("frontend", async (request) => {
  switch (request.endpoint) {
    case "GET /checkout":
      return checkout(request);
    case "GET /browse":
      return browse(request);
    case "GET /product":
      return product(request);
    case "POST /order":
      return order(request);
    default:
      throw new HttpFault(404, `no such endpoint: ${request.endpoint}`);
  }
});

/** Prices and the cart's lines are asked for at the same time. */
async function checkout({ query, requestId }: ShopRequest): Promise<ShopResponse> {
  const cartId = needed(query, "cart");
  await seededDelay(`${requestId}/checkout`, 0, 3);
  const [prices, lines] = await Promise.all([
    catalog.call("GET", `/prices?currency=EUR&cart=${cartId}`, requestId),
    cart.call("GET", `/carts/${cartId}`, requestId),
  ]);
  return { status: 200, body: { cart: cartId, prices: prices.prices, lines: lines.lines } };
}

/** The products first, then what the customer already has of them. */
async function browse({ query, requestId }: ShopRequest): Promise<ShopResponse> {
  const category = needed(query, "category");
  const cartId = needed(query, "cart");
  const found = await catalog.call("GET", `/products?category=${category}`, requestId);
  await seededDelay(`${requestId}/browse`, 0, 2);
  const lines = await cart.call("GET", `/carts/${cartId}`, requestId);
  return { status: 200, body: { category, products: found.products, inCart: lines.lines } };
}

async function product({ query, requestId }: ShopRequest): Promise<ShopResponse> {
  const found = await catalog.call("GET", `/products?sku=${needed(query, "sku")}`, requestId);
  return { status: 200, body: found };
}

/** A quote first; the order is placed with its price. */
async function order({ body, requestId }: ShopRequest): Promise<ShopResponse> {
  if (typeof body.cart !== "string") throw new HttpFault(400, "the order names no cart");
  const quote = await catalog.call("POST", "/quotes", requestId, { cart: body.cart, items: body.items });
  await seededDelay(`${requestId}/order`, 0, 2);
  const placed = await cart.call("POST", `/carts/${body.cart}/orders`, requestId, {
    customer: body.customer,
    total: quote.total,
  });
  return { status: 201, body: { ...placed, total: quote.total } };
}

function needed(query: URLSearchParams, name: string): string {
  const value = query.get(name);
  if (value === null || !/^[A-Za-z0-9-]+$/.test(value)) throw new HttpFault(400, `the query needs ${name}=…`);
  return value;
}
