/** One end of a TCP connection; IPv4 addresses mapped into IPv6 are given as IPv4. */
export interface SocketEnd {
  ip: string;
  port: number;
}

export interface SocketEnds {
  /** The end of the observed process. */
  local: SocketEnd;
  remote: SocketEnd;
}

/** What strace says of a descriptor: a TCP socket, connected if it has ends. */
export interface PrintedSocket {
  fd: number;
  ends?: SocketEnds;
  /** Index of the character after the descriptor's annotation. */
  end: number;
}

const ipv4Pair = /^TCP:\[([\d.]+):(\d+)->([\d.]+):(\d+)$/;
const ipv6Pair = /^TCPv6:\[\[([0-9a-f:.]+)\]:(\d+)->\[([0-9a-f:.]+)\]:(\d+)$/;

/**
 * Reads `21<TCP:[127.0.0.1:55296->127.0.0.1:37421]>` at `start`, as `-yy` prints it. A socket that the kernel no longer
 * lists is printed by its inode, `21<TCP:[812]>` or `21<socket:[812]>`: it has no ends. Anything else than a TCP socket
 * gives undefined.
 */
export function readPrintedSocket(text: string, start: number): PrintedSocket | undefined {
  const open = text.indexOf("<", start);
  if (open === -1 || open - start > 10) return undefined;
  if (!text.startsWith("TCP", open + 1) && !text.startsWith("socket:", open + 1)) return undefined;
  const close = text.indexOf("]>", open);
  if (close === -1) return undefined;
  const fd = Number(text.slice(start, open));
  if (!Number.isInteger(fd)) return undefined;
  const found = text.slice(open + 1, close);
  const pair = ipv4Pair.exec(found) ?? ipv6Pair.exec(found);
  if (pair === null) return { fd, end: close + 2 };
  const [, localIp = "", localPort, remoteIp = "", remotePort] = pair;
  const ends = {
    local: { ip: plainIp(localIp), port: Number(localPort) },
    remote: { ip: plainIp(remoteIp), port: Number(remotePort) },
  };
  return { fd, ends, end: close + 2 };
}

function plainIp(ip: string): string {
  return ip.startsWith("::ffff:") && ip.includes(".") ? ip.slice(7) : ip;
}
