/** Keys of hosts as OpenSSH keeps them in known_hosts (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT"); pure. */
import { createHmac } from "node:crypto";
import { type HostKey, hostKeyOf, parseHostKey, preferredFirst, sameHostKey } from "./host-key";

/** Something about one line, 1-based. */
export interface LineRemark {
  readonly line: number;
  readonly words: string;
}

interface KnownKey {
  readonly line: number;
  readonly isFor: (name: string) => boolean;
  readonly key: HostKey;
  readonly revoked: boolean;
}

/** A whole file. */
export interface KnownHosts {
  readonly keys: readonly KnownKey[];
  /** Lines that cannot be read. */
  readonly faults: readonly LineRemark[];
  /** Lines that are right and have no effect here. */
  readonly ignored: readonly LineRemark[];
}

/** What a file says of one server. */
export interface KnownServer {
  /** The key to hold it to, of the best type that the file has for it. */
  readonly key: HostKey | undefined;
  /** Keys that it must never show. */
  readonly revoked: readonly HostKey[];
}

const hashed = /^\|1\|([A-Za-z0-9+/]+={0,2})\|([A-Za-z0-9+/]+={0,2})$/;

/** Reads the text of a known_hosts file. Never throws: what is wrong with it is in `faults`. */
export function parseKnownHosts(text: string): KnownHosts {
  const keys: KnownKey[] = [];
  const faults: LineRemark[] = [];
  const ignored: LineRemark[] = [];
  text.split(/\r?\n/).forEach((content, index) => {
    if (/^\s*(#|$)/.test(content)) return;
    const line = index + 1;
    try {
      const read = readLine(content);
      if (typeof read === "string") ignored.push({ line, words: read });
      else keys.push({ line, ...read });
    } catch (error) {
      faults.push({ line, words: (error as Error).message });
    }
  });
  return { keys, faults, ignored };
}

/** A key, or why the line has no effect. Throws with what is wrong. */
function readLine(content: string): Omit<KnownKey, "line"> | string {
  const fields = content.trim().split(/[ \t]+/);
  const marker = fields[0]?.startsWith("@") ? fields.shift() : undefined;
  if (marker === "@cert-authority") return "@cert-authority: certificates of hosts are not used here";
  if (marker !== undefined && marker !== "@revoked") throw new Error(`the marker ${marker.slice(0, 40)}`);
  const [names = "", type = "", encoded = ""] = fields;
  if (encoded === "") throw new Error("fewer than three fields");
  if (names.startsWith("|") && !hashed.test(names)) throw new Error("a hashed name that is not |1|SALT|HASH");
  if (isUnusedType(type, encoded)) return `keys of type ${type} are not used here`;
  return { key: readKey(`${type} ${encoded}`), isFor: nameTest(names), revoked: marker === "@revoked" };
}

/** Without the advice, which is for a key alone. */
function readKey(text: string): HostKey {
  try {
    return parseHostKey(text);
  } catch (error) {
    throw new Error((error as Error).message.replace(/: expected .*/, ""));
  }
}

/** What the file says of the server at that address. A name on another port than 22 stands there as `[name]:port`. */
export function knownServer({ keys }: KnownHosts, server: { host: string; port: number }): KnownServer {
  const host = server.host.toLowerCase();
  const name = server.port === 22 ? host : `[${host}]:${server.port}`;
  const about = keys.filter(({ isFor }) => isFor(name));
  const revoked = about.filter((known) => known.revoked).map(({ key }) => key);
  const good = about
    .filter((known) => !known.revoked && !revoked.some((key) => sameHostKey(key, known.key)))
    .map(({ key }) => key);
  return { key: preferredFirst(good)[0], revoked };
}

/** A whole key of a type that OpenSSH may know and we do not; a scribble is none. */
function isUnusedType(type: string, encoded: string): boolean {
  const unused = /^(ssh-dss|sk-[a-z0-9-]+@openssh\.com|[a-z0-9-]+-cert-v[0-9]+@openssh\.com)$/;
  return unused.test(type) && hostKeyOf(Buffer.from(encoded, "base64")).type === type;
}

function nameTest(names: string): (name: string) => boolean {
  const [, salt, hash] = hashed.exec(names) ?? [];
  if (salt !== undefined && hash !== undefined) {
    const wanted = Buffer.from(hash, "base64");
    return (name) => createHmac("sha1", Buffer.from(salt, "base64")).update(name).digest().equals(wanted);
  }
  const patterns = names
    .toLowerCase()
    .split(",")
    .filter((pattern) => pattern !== "");
  const matching = (pattern: string) => {
    const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&");
    return new RegExp(`^${escaped.replaceAll("*", ".*").replaceAll("?", ".")}$`);
  };
  const wanted = patterns.filter((pattern) => !pattern.startsWith("!")).map(matching);
  const excluded = patterns.filter((pattern) => pattern.startsWith("!")).map((pattern) => matching(pattern.slice(1)));
  return (name) => wanted.some((each) => each.test(name)) && !excluded.some((each) => each.test(name));
}
