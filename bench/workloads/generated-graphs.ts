import { call, type Service, type ServiceGraph, type Step, type Threading, work } from "./simulation/service-graph";

/** A store: whatever it is asked takes it about so long; it asks nobody. */
function store(name: string, ms: number): Service {
  return leaf(name, { query: [{ kind: "wait", ms }] });
}

function leaf(name: string, endpoints: Service["endpoints"]): Service {
  return { name, host: `${name}-host`, threading: "thread-per-request", endpoints };
}

function service(name: string, threading: Threading, endpoints: Record<string, readonly Step[]>): Service {
  return { name, host: `${name}-host`, threading, endpoints };
}

const short = work(0.15);
const users = store("users", 4);
const stock = store("stock", 6);
const cache = store("cache", 0.6);
const stores = [users, stock, cache];

/** Three services in a row, each with a store. */
const chain: ServiceGraph = {
  name: "chain",
  entries: [{ service: "gateway", endpoint: "GET /order" }],
  services: [
    service("gateway", "green-threads", { "GET /order": [short, call("orders", "GET /order"), short] }),
    service("orders", "green-threads", {
      "GET /order": [short, call("users", "query"), short, call("billing", "GET /bill"), short],
    }),
    service("billing", "green-threads", { "GET /bill": [short, call("stock", "query"), short] }),
    ...stores,
  ],
};

/** One page made of three things asked for one after the other, under each way of using threads. */
function pageIn(name: string, threading: Threading): ServiceGraph {
  const page = [short, call("cache", "query"), short, call("users", "query"), short, call("stock", "query"), short];
  const item = [short, call("stock", "query"), short];
  return {
    name,
    entries: [
      { service: "shop", endpoint: "GET /page" },
      { service: "shop", endpoint: "GET /item" },
    ],
    services: [service("shop", threading, { "GET /page": page, "GET /item": item }), ...stores],
  };
}

/** Four answers gathered at once. */
const parallel: ServiceGraph = {
  name: "parallel",
  entries: [{ service: "search", endpoint: "GET /search" }],
  services: [
    service("search", "green-threads", {
      "GET /search": [
        short,
        {
          kind: "parallel",
          calls: [call("users", "query"), call("stock", "query"), call("cache", "query"), call("prices", "GET /price")],
        },
        short,
      ],
    }),
    service("prices", "event-loop", { "GET /price": [short, call("stock", "query"), short] }),
    ...stores,
  ],
};

/** Looked up in a cache; one in five is not there. */
const caching: ServiceGraph = {
  name: "caching",
  entries: [{ service: "catalog", endpoint: "GET /item" }],
  services: [
    service("catalog", "green-threads", {
      "GET /item": [
        short,
        call("cache", "query"),
        short,
        { kind: "sometimes", share: 0.2, steps: [call("stock", "query"), short, call("cache", "query"), short] },
      ],
    }),
    ...stores,
  ],
};

/** One in five payments fails and is tried again, three times at most. */
const retries: ServiceGraph = {
  name: "retries",
  entries: [{ service: "checkout", endpoint: "POST /pay" }],
  services: [
    service("checkout", "green-threads", {
      "POST /pay": [
        short,
        call("users", "query"),
        short,
        { kind: "retry", call: call("bank", "POST /charge"), failing: 0.2, most: 3 },
        short,
      ],
    }),
    leaf("bank", { "POST /charge": [{ kind: "wait", ms: 5 }] }),
    ...stores,
  ],
};

/** Answers once the order is stored; the audit is written meanwhile or later. */
const asynchronous: ServiceGraph = {
  name: "async",
  entries: [{ service: "orders", endpoint: "POST /order" }],
  services: [
    service("orders", "green-threads", {
      "POST /order": [
        short,
        { kind: "detached", steps: [short, call("audit", "POST /entry")] },
        call("stock", "query"),
        short,
      ],
    }),
    leaf("audit", { "POST /entry": [{ kind: "wait", ms: 8 }] }),
    ...stores,
  ],
};

/** Orders go into a queue at a broker without an agent; a pool of consumers works them off. */
const queueing: ServiceGraph = {
  name: "queue",
  entries: [{ service: "orders", endpoint: "POST /order" }],
  services: [
    service("orders", "event-loop", {
      "POST /order": [short, call("users", "query"), short, call("broker", "publish"), short],
    }),
    {
      ...service("broker", "green-threads", {
        publish: [work(0.05), { kind: "detached", steps: [{ kind: "wait", ms: 2 }, call("shipping", "order")] }],
      }),
      isObserved: false,
    },
    service("shipping", "thread-pool", { order: [short, call("stock", "query"), short, call("mail", "POST /mail")] }),
    leaf("mail", { "POST /mail": [{ kind: "wait", ms: 3 }] }),
    ...stores,
  ],
};

/** A bit of everything. */
const mixed: ServiceGraph = {
  name: "mixed",
  entries: [
    { service: "web", endpoint: "GET /home" },
    { service: "web", endpoint: "GET /search" },
    { service: "web", endpoint: "POST /order" },
  ],
  services: [
    service("web", "event-loop", {
      "GET /home": [short, call("cache", "query"), short, call("catalog", "GET /item"), short],
      "GET /search": [
        short,
        { kind: "parallel", calls: [call("catalog", "GET /item"), call("users", "query")] },
        short,
      ],
      "POST /order": [short, call("users", "query"), short, call("orders", "POST /order"), short],
    }),
    ...caching.services.slice(0, 1),
    service("orders", "thread-pool", {
      "POST /order": [
        short,
        { kind: "retry", call: call("stock", "query"), failing: 0.1, most: 3 },
        short,
        { kind: "sometimes", share: 0.5, steps: [call("bank", "POST /charge"), short] },
      ],
    }),
    leaf("bank", { "POST /charge": [{ kind: "wait", ms: 5 }] }),
    ...stores,
  ],
};

/** The graphs that the accuracy is measured on. */
export const generatedGraphs: readonly ServiceGraph[] = [
  pageIn("thread-per-request", "thread-per-request"),
  pageIn("thread-pool", "thread-pool"),
  pageIn("event-loop", "event-loop"),
  pageIn("green-threads", "green-threads"),
  chain,
  parallel,
  caching,
  retries,
  asynchronous,
  queueing,
  mixed,
];

export const mixedGraph = mixed;
