import { randomInt } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";

const lowestPort = 10_240;

/**
 * A TCP port that no one listens on, on any address of this machine, at this moment. It is below the ports that the kernel
 * gives to outgoing connections: one of those could take it while its server restarts, even a client's retry to that very port.
 */
export async function freePort(): Promise<number> {
  const firstOutgoing = Number(readFileSync("/proc/sys/net/ipv4/ip_local_port_range", "utf8").split(/\s+/)[0]);
  const end = firstOutgoing > lowestPort + 1000 ? firstOutgoing : 32_768;
  for (;;) {
    const port = randomInt(lowestPort, end);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) =>
      error.code === "EADDRINUSE" ? resolve(false) : reject(error),
    );
    server.listen(port, () => server.close(() => resolve(true)));
  });
}
