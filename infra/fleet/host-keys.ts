import { fingerprint, formatHostKey, parseHostKey, sameHostKey } from "../ssh/host-key";
import { type KnownHosts, knownServer } from "../ssh/known-hosts";

/** What is known of hosts' keys beside the fleet file. */
export interface HostKeySources {
  /** `strict`: a host without a known key is a fault; else it may show one at first contact. Absent: `accept-new`. */
  readonly hostKeys?: "strict" | "accept-new";
  readonly knownHosts?: KnownHostsFile | undefined;
}

/** A known_hosts file as the stack's configuration names it. */
export interface KnownHostsFile {
  readonly path: string;
  readonly hosts: KnownHosts;
}

/** A server whose key is looked for. */
export interface KeyedServer {
  readonly host: string;
  readonly port: number;
  /** Its `host_key` in the fleet file. */
  readonly given: string | undefined;
  /** The bastion before it, as one would enter it by hand: `root@198.51.100.1 -p 2222`. */
  readonly through?: string | undefined;
}

export interface HostKeyAnswer {
  readonly hostKey?: string;
  readonly revokedHostKeys?: readonly string[];
  /** What is wrong with it, as the end of a fault. */
  readonly fault?: { readonly got: string; readonly allowed: string; readonly fix: string };
}

/** The key that a server is held to before anybody has been there, and those it must never show. The fleet file's own wins. */
export function resolveHostKey(server: KeyedServer, { hostKeys, knownHosts }: HostKeySources): HostKeyAnswer {
  const known = knownHosts && knownServer(knownHosts.hosts, server);
  const revoked = known?.revoked ?? [];
  const given = server.given === undefined ? undefined : parseHostKey(server.given);
  const key = given ?? known?.key;
  const never = revoked.length > 0 ? { revokedHostKeys: revoked.map(formatHostKey) } : {};
  if (given && revoked.some((each) => sameHostKey(each, given))) {
    const got = `${fingerprint(given)}, which ${knownHosts?.path} marks @revoked`;
    return { ...never, fault: { got, allowed: "a key that is not revoked", fix: "give the host a new key" } };
  }
  if (key !== undefined) return { ...never, hostKey: formatHostKey(key) };
  if (hostKeys !== "strict") return never;
  const fault = {
    got: "nothing",
    allowed: `a key known before, here or in ${knownHosts?.path ?? "deeptrace:knownHosts"}, as deeptrace:hostKeys is strict`,
    fix: `run: ${scanCommand(server)}; compare "ssh-keygen -lf" of it with the same of /etc/ssh/ssh_host_ed25519_key.pub on the host's own console`,
  };
  return { ...never, fault };
}

function scanCommand({ host, port, through }: KeyedServer): string {
  const scan = `ssh-keyscan -t ed25519${port === 22 ? "" : ` -p ${port}`} ${host}`;
  return through === undefined ? scan : `ssh ${through} ${scan}`;
}

/** What works in a known_hosts file but should be known. */
export function knownHostsWarnings({ path, hosts }: KnownHostsFile): string[] {
  return hosts.ignored.map(({ line, words }) => `${path}:${line}: ignored: ${words}`);
}
