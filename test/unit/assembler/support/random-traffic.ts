import { bytes, grpcRequest, grpcResponse, redisCommand } from "./messages";
import type { Random } from "./random";
import { type SpanSketch, spanText } from "./span-text";

/** A document to index: which agent's index, under which id, what. */
export interface Arrival {
  readonly index: string;
  readonly id: string;
  readonly text: string;
}

type AgentSketch = SpanSketch & { readonly agent: number };

/** Where requests go: the services call one another in their order. */
interface Scene {
  readonly random: Random;
  readonly services: readonly Service[];
  /** Share of calls whose other side is not seen. */
  readonly unseen: number;
}

interface Service {
  readonly ip: string;
  readonly process: number;
  readonly clock: bigint;
  /** 0 = unknown. */
  readonly threads: number;
  /** What it is asked in; HTTP/1 unless given. */
  readonly speech?: Speech;
}

type Speech = (place: number, fails: boolean) => Pick<SpanSketch, "protocol" | "endpoint" | "request" | "response">;

const inHttp: Speech = (place) => ({ endpoint: `GET /${place}` });
/** Of these the agent gives no endpoint. */
const speeches: readonly Speech[] = [
  inHttp,
  (place, fails) => ({
    protocol: "gRPC",
    endpoint: "",
    request: grpcRequest(`/shop.Service${place}/Get`),
    response: grpcResponse(fails ? 14 : 0),
  }),
  (place, fails) => ({
    protocol: "Redis",
    endpoint: "",
    request: redisCommand(place % 2 === 0 ? "GET" : "SET", "key"),
    response: bytes(fails ? "-ERR no\r\n" : "+OK\r\n"),
  }),
  (place) => ({ protocol: "Custom", endpoint: "", request: bytes([0xff, 0xc3, place]), response: bytes([0xfe]) }),
];

/**
 * Requests through a few services, as agents on their hosts would see them: some with trace and parent ids, most
 * without; clocks apart; spans lost; documents indexed twice, changed, or under two ids; and some that are no spans.
 */
export function randomTraffic(
  random: Random,
  scene: { name: string; start: number } = { name: "", start: 0 },
): Arrival[] {
  const services = Array.from({ length: random.int(2, 4) }, (_, place): Service => {
    const clock = random.chance(0.3) ? BigInt(random.int(-5_000_000, 5_000_000)) * 1_000_000n : 0n;
    const speech = random.pick(speeches);
    return { ip: `10.0.0.${place + 1}`, process: place + 1, clock, threads: random.pick([1, 3]), speech };
  });
  const arrivals: Arrival[] = [];
  const requests = random.int(1, 6);
  for (let request = 0; request < requests; request += 1) {
    const traceId = random.chance(0.3) ? `${scene.name}${random.pick([`t${request}`, "shared"])}` : "";
    const start = scene.start + random.int(0, 3000) * 1000;
    const sketches: AgentSketch[] = [];
    serve(
      { random, services, unseen: 0.1 },
      0,
      `${scene.name}r${request}`,
      traceId,
      "",
      "10.9.9.9:5000",
      start,
      start + 4_000_000,
      sketches,
    );
    for (const { agent, ...sketch } of sketches) {
      if (!random.chance(0.05)) arrivals.push({ index: `spans_a${agent}`, id: sketch.id, text: spanText(sketch) });
    }
  }
  return [...arrivals, ...disturbances(random, arrivals, scene.name)];
}

/** Traces whose spans all carry their ids, and nothing that could be correlated; some indexed twice or under two ids. */
export function namedTraffic(random: Random, { name }: { name: string } = { name: "" }): Arrival[] {
  const arrivals: Arrival[] = [];
  const traces = random.int(1, 6);
  for (let trace = 0; trace < traces; trace += 1) {
    const spans = random.int(1, 8);
    for (let span = 0; span < spans; span += 1) {
      const parentId = span === 0 ? "" : `${name}n${trace}.${random.int(0, span - 1)}`;
      const id = `${name}n${trace}.${span}`;
      const text = spanText({ id, traceId: `${name}t${trace}`, parentId, start: span * 10, end: 1000 - span });
      const arrival = { index: `spans_a${random.int(1, 2)}`, id, text };
      if (!random.chance(0.1)) arrivals.push(arrival);
      if (random.chance(0.1)) arrivals.push(arrival);
      if (random.chance(0.1)) arrivals.push({ ...arrival, text: text.replace('"req_size":10', '"req_size":12') });
      if (random.chance(0.1)) arrivals.push({ ...arrival, id: `${id}-copy` });
    }
  }
  return arrivals;
}

/** Two requests at once, none of their spans lost, all clocks right; `round` sets them apart from those of others. */
export function calmTraffic(random: Random, round: number): Arrival[] {
  const services = Array.from({ length: 3 }, (_, place): Service => {
    return { ip: `10.0.0.${place + 1}`, process: place + 1, clock: 0n, threads: 0 };
  });
  const sketches: AgentSketch[] = [];
  for (let request = 0; request < 2; request += 1) {
    const start = round * 100_000_000 + request * 1_000_000;
    serve(
      { random, services, unseen: 0 },
      0,
      `q${round}-${request}`,
      "",
      "",
      `10.9.9.9:500${request}`,
      start,
      start + 4_000_000,
      sketches,
    );
  }
  return sketches.map(({ agent, ...sketch }) => ({ index: `spans_a${agent}`, id: sketch.id, text: spanText(sketch) }));
}

/** One request at a service and, with less and less chance, the calls it makes. */
function serve(
  scene: Scene,
  place: number,
  id: string,
  traceId: string,
  parentId: string,
  client: string,
  start: number,
  end: number,
  out: AgentSketch[],
  said = (scene.services[place]?.speech ?? inHttp)(place, false),
): void {
  const { random, services } = scene;
  const service = services[place] as Service;
  const thread = service.threads === 0 ? 0 : service.process * 100 + random.int(1, service.threads);
  const own = {
    process: service.process,
    clock: service.clock,
    component: `service${place}`,
    agent: place + 1,
    thread,
  };
  const named = traceId !== "" && !random.chance(0.2);
  const ids = { ...(named ? { traceId } : {}), ...(named && parentId !== "" ? { parentId } : {}) };
  out.push({
    ...own,
    ...ids,
    id,
    direction: "Ingress",
    from: `${service.ip}:80`,
    to: client,
    start,
    end,
    ...said,
  });
  const calls = place + 1 < services.length ? random.int(0, 2) : 0;
  for (let call = 0; call < calls; call += 1) {
    const callee = services[place + 1] as Service;
    const from = start + Math.floor(((end - start) * (call + 0.2)) / (calls + 0.2));
    const to = from + Math.floor((end - start) / (calls + 1));
    const port = `${service.ip}:${random.int(4000, 4003)}`;
    const address = `${callee.ip}:80`;
    const callId = `${id}.${call}`;
    const parent = named ? { parentId: id } : {};
    const asked = (callee.speech ?? inHttp)(place + 1, random.chance(0.1));
    out.push({
      ...own,
      ...ids,
      ...parent,
      id: callId,
      direction: "Egress",
      from: port,
      to: address,
      start: from,
      end: to,
      ...asked,
    });
    if (random.chance(scene.unseen)) continue;
    serve(scene, place + 1, `${callId}s`, traceId, callId, port, from + 10_000, to - 10_000, out, asked);
  }
}

function disturbances(random: Random, arrivals: readonly Arrival[], name: string): Arrival[] {
  const extra: Arrival[] = [];
  for (const arrival of arrivals) {
    if (random.chance(0.05)) extra.push(arrival);
    if (random.chance(0.03)) extra.push({ ...arrival, text: arrival.text.replace('"req_size":10', '"req_size":11') });
    if (random.chance(0.03)) extra.push({ ...arrival, id: `${arrival.id}-copy` });
    if (random.chance(0.02)) extra.push({ ...arrival, index: "spans_a9" });
  }
  for (const text of ["{}", '{"span_id":5}', '{"context":{"span_id":"x"},"metric":{"start_time":-1}}', "{\n}"]) {
    if (random.chance(0.1)) extra.push({ index: "spans_a1", id: `${name}bad${extra.length}`, text });
  }
  if (random.chance(0.1)) {
    for (const [id, parentId] of [
      ["c1", "c2"],
      ["c2", "c1"],
      ["c3", "c3"],
    ] as const) {
      const sketch = { id: name + id, parentId: name + parentId, start: 5, end: 9 };
      extra.push({ index: "spans_a1", id: name + id, text: spanText(sketch) });
    }
  }
  return extra;
}
