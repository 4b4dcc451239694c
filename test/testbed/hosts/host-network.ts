import type { OwnedProcesses } from "../processes/owned-processes";
import { mustRun } from "../processes/run-command";
import { type Requirement, requireCommand } from "../tools/missing-part";

export const IP: Requirement = { command: "ip", packageName: "iproute2", purpose: "the network of the hosts" };

/** 198.18.0.0/24, set aside for benchmarks by RFC 2544, in blocks of 16 addresses: one block per testbed. */
const BLOCKS = 16;
const BLOCK_SIZE = 16;

/** Link of one host: its own network namespace with the interface `host0`. */
export interface HostLink {
  address: string;
  /** Name of the namespace, below /run/netns. */
  namespace: string;
  cut(): Promise<void>;
  restore(): Promise<void>;
}

/** The address of a block: 0 is the gateway, hosts count from 1. */
export function blockAddress(block: number, index: number): string {
  return `198.18.0.${block * BLOCK_SIZE + 1 + index}`;
}

/** A bridge that hosts and this machine share. Hosts reach each other and the gateway; there is no route beyond. */
export class HostNetwork {
  readonly gateway: string;
  readonly #processes: OwnedProcesses;
  readonly #block: number;
  readonly #ip = requireCommand(IP);
  #links = 0;

  private constructor(processes: OwnedProcesses, block: number) {
    this.#processes = processes;
    this.#block = block;
    this.gateway = blockAddress(block, 0);
  }

  /** Takes the first free block: whoever creates its bridge owns it. */
  static async claim(processes: OwnedProcesses): Promise<HostNetwork> {
    const ip = requireCommand(IP);
    for (let block = 0; block < BLOCKS; block++) {
      const bridge = `dtbr${block}`;
      try {
        await processes.make([ip, "link", "add", bridge, "type", "bridge"], [ip, "link", "del", bridge]);
      } catch (error) {
        if ((error as Error).message.includes("File exists")) continue;
        throw error;
      }
      const network = new HostNetwork(processes, block);
      await mustRun([ip, "addr", "add", `${network.gateway}/28`, "dev", bridge]);
      await mustRun([ip, "link", "set", bridge, "up"]);
      return network;
    }
    throw new Error(`all ${BLOCKS} address blocks are taken by other testbeds (see: ip link show type bridge)`);
  }

  /** Connects a new host to the bridge. */
  async connect(): Promise<HostLink> {
    this.#links += 1;
    const index = this.#links;
    if (index > BLOCK_SIZE - 3) throw new Error(`a testbed has room for ${BLOCK_SIZE - 3} hosts`);
    const namespace = `dt${this.#block}-${index}`;
    const cable = `dtv${this.#block}-${index}`;
    const address = blockAddress(this.#block, index);
    await this.#processes.make([this.#ip, "netns", "add", namespace], [this.#ip, "netns", "del", namespace]);
    await this.#processes.make(
      [this.#ip, "link", "add", cable, "type", "veth", "peer", "name", "host0", "netns", namespace],
      [this.#ip, "link", "del", cable],
    );
    const set = (state: "up" | "down") => mustRun([this.#ip, "link", "set", cable, state]);
    await mustRun([this.#ip, "link", "set", cable, "master", `dtbr${this.#block}`]);
    await set("up");
    await mustRun([this.#ip, "-n", namespace, "addr", "add", `${address}/28`, "dev", "host0"]);
    await mustRun([this.#ip, "-n", namespace, "link", "set", "host0", "up"]);
    await mustRun([this.#ip, "-n", namespace, "link", "set", "lo", "up"]);
    return {
      address,
      namespace,
      cut: async () => void (await set("down")),
      restore: async () => void (await set("up")),
    };
  }
}
