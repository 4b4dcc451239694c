import {
  bytes,
  dnsMessage,
  grpcRequest,
  grpcResponse,
  kafkaRequest,
  kafkaText,
  mysqlPacket,
  mysqlQuery,
  redisCommand,
} from "./messages";
import type { SpanSketch } from "./span-text";

/** A span and the agent that sees it. */
export interface SeenSketch {
  readonly agent: string;
  readonly sketch: SpanSketch;
}

const ms = 1_000_000;
const address = { shop: "10.0.0.1", cart: "10.0.0.2:50051", odd: "10.0.0.3:7000" };

/**
 * A request to the shop, which asks for a name, a cache, a database, a queue, a cart by gRPC, which fails, and another
 * service by no known protocol. Cart and the odd one are traced as well. Agents give no endpoints; each request has times of its own.
 */
export function mixedRequest(number = 0): SeenSketch[] {
  const start = number * 100 * ms;
  const at = (from: number, to: number) => ({ endpoint: "", start: start + from * ms, end: start + to * ms });
  const id = (name: string) => `${name}${number}`;
  const shop = { component: "shop", process: 1 };
  const call = (name: string, port: number, more: Omit<SpanSketch, "id">): SeenSketch => {
    const from = `${address.shop}:${port}`;
    return { agent: "a1", sketch: { ...shop, id: id(name), direction: "Egress", from, ...more } };
  };
  const [asked, named] = [dnsMessage(0x100, 1, "cart.shop"), dnsMessage(0x500, 1, "cart.shop")];
  const name = { protocol: "DNS", request: asked, response: named };
  const cache = { protocol: "Redis", request: redisCommand("GET", "s3cret"), response: bytes("$-1\r\n") };
  const sql = { protocol: "MySQL", request: mysqlQuery("SELECT 's3cret' FROM orders"), response: mysqlPacket(1, 1) };
  const produced = kafkaRequest(0, 2, [255, 255, 0, 0, 0, 9, 0, 0, 0, 1], kafkaText("orders"));
  const event = { protocol: "Kafka", request: produced, response: bytes() };
  const grpc = { protocol: "gRPC", request: grpcRequest("/shop.Cart/Add"), response: grpcResponse(14) };
  // Nothing of it is text, nothing is like the message before.
  const odd = { protocol: "Custom", request: bytes([1, 0xff, number, 0, 0xc3]), response: bytes([2, 0xfe, number]) };
  const cart = { ...grpc, id: id("cart"), component: "cart", process: 2, from: address.cart };
  const peer = { ...odd, id: id("peer"), component: "odd", process: 3, from: address.odd };
  return [
    { agent: "a1", sketch: { ...shop, id: id("root"), from: `${address.shop}:80`, to: "10.9.9.9:5000", ...at(0, 90) } },
    call("dns", 4001, { ...name, to: "10.0.0.9:53", ...at(5, 8) }),
    call("cache", 4002, { ...cache, to: "10.0.0.8:6379", ...at(10, 12) }),
    call("sql", 4003, { ...sql, to: "10.0.0.7:3306", ...at(14, 20) }),
    call("event", 4004, { ...event, to: "10.0.0.6:9092", ...at(21, 23) }),
    call("grpc", 4005, { ...grpc, to: address.cart, ...at(24, 40) }),
    { agent: "a2", sketch: { ...cart, to: `${address.shop}:4005`, ...at(25, 39) } },
    call("odd", 4006, { ...odd, to: address.odd, ...at(50, 70) }),
    { agent: "a3", sketch: { ...peer, to: `${address.shop}:4006`, ...at(52, 68) } },
  ];
}
