import { entryOf } from "../../../assembler/collections/entry-of";
import type { Route } from "./translated-graphs";

/** Where one side of an exchange sees it: `ip:port` of who asks and of who is asked. */
export interface Ends {
  readonly client: readonly [string, number];
  readonly server: readonly [string, number];
}

interface Connection {
  readonly number: number;
  busyUntil: number;
}

const firstPort = 32_768;
const ports = 28_000;

/**
 * Connections that are kept alive, each with one exchange at a time. An address translator gives each client's connection
 * one of its own; a proxy of HTTP takes any that is free.
 */
export class Connections {
  readonly #pools = new Map<string, Connection[]>();
  readonly #addresses = new Map<string, string>();
  #made = 0;

  /** Of an exchange from `start` to `end`: how client and server see it. They may only be asked for in the order of starts. */
  of(client: string, server: string, route: Route | undefined, start: number, end: number): [Ends, Ends] {
    const own = this.#take(`${client} ${server}`, start, end);
    const asked = [this.#addressOf(server), 8080] as const;
    const asking = [this.#addressOf(client), portOf(own)] as const;
    if (route === undefined)
      return [
        { client: asking, server: asked },
        { client: asking, server: asked },
      ];
    const isServerKept = route === "snat";
    const seen = {
      client: asking,
      server: isServerKept ? asked : ([this.#addressOf(`service ${server}`), 80] as const),
    };
    if (route === "dnat") return [seen, { client: asking, server: asked }];
    const onward = route === "l7" ? this.#take(`proxy ${server}`, start, end) : own;
    const gateway = [this.#addressOf(`gateway ${server}`), portOf(onward * 7919)] as const;
    return [seen, { client: gateway, server: asked }];
  }

  #take(pool: string, start: number, end: number): number {
    const connections = entryOf(this.#pools, pool, newPool);
    let free = connections.find(({ busyUntil }) => busyUntil < start);
    if (free === undefined) {
      this.#made += 1;
      free = { number: this.#made, busyUntil: 0 };
      connections.push(free);
    }
    free.busyUntil = end;
    return free.number;
  }

  #addressOf(name: string): string {
    return entryOf(this.#addresses, name, () => `10.1.0.${this.#addresses.size + 1}`);
  }
}

const newPool = (): Connection[] => [];

function portOf(number: number): number {
  return firstPort + (number % ports);
}
