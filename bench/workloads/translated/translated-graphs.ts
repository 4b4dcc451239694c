import { call, type Service, type ServiceGraph, work } from "../simulation/service-graph";

/**
 * What lies between a service and those who ask it: `dnat` changes the address that is asked (a service address), `snat` the
 * one that asks (a gateway), `both` does both (a balancer of connections), `l7` is a proxy of HTTP that no agent sees.
 */
export type Route = "dnat" | "snat" | "both" | "l7";

export interface TranslatedGraph extends ServiceGraph {
  /** By the service that is asked; those absent are asked directly. */
  readonly routes: Readonly<Record<string, Route>>;
}

const short = work(0.15);

function store(name: string, ms: number, isObserved: boolean, endpoints: readonly string[]): Service {
  const steps = [{ kind: "wait", ms }] as const;
  return {
    name,
    host: `${name}-host`,
    threading: "thread-per-request",
    isObserved,
    endpoints: Object.fromEntries(endpoints.map((endpoint) => [endpoint, steps])),
  };
}

function web(name: string): Service {
  const home = [
    short,
    call("catalog", "GET /item"),
    short,
    call("partner", "GET /item"),
    short,
    call("orders", "POST /order"),
    short,
  ];
  return { name, host: `${name}-host`, threading: "event-loop", endpoints: { "GET /home": home } };
}

/**
 * Two webs ask a catalog, a partner that is not traced the same, and orders, which ask a bank. Two in five requests come from
 * clients that are not traced, the same way as those of the webs and for the same things.
 */
function shop(name: string, routes: TranslatedGraph["routes"]): TranslatedGraph {
  return {
    name,
    routes,
    entries: [
      { service: "web-a", endpoint: "GET /home" },
      { service: "web-b", endpoint: "GET /home" },
      { service: "catalog", endpoint: "GET /item" },
      { service: "web-a", endpoint: "GET /home" },
      { service: "orders", endpoint: "POST /order" },
    ],
    services: [
      web("web-a"),
      web("web-b"),
      {
        name: "catalog",
        host: "catalog-host",
        threading: "green-threads",
        endpoints: { "GET /item": [short, call("stock", "GET /item"), short] },
      },
      {
        name: "orders",
        host: "orders-host",
        threading: "thread-pool",
        endpoints: { "POST /order": [short, call("bank", "POST /charge"), short] },
      },
      store("bank", 5, true, ["POST /charge"]),
      store("stock", 4, false, ["GET /item"]),
      store("partner", 6, false, ["GET /item"]),
    ],
  };
}

/** Addresses changed, messages kept; proxies, behind which connections are others as well. */
export const translatedGraphs: readonly TranslatedGraph[] = [
  shop("nat", { catalog: "dnat", orders: "snat", bank: "both", partner: "dnat" }),
  shop("proxy", { catalog: "l7", orders: "both", bank: "l7" }),
];
