/** What a server's public key says about it; pure. */
import { createHash } from "node:crypto";

/** A public host key: its type and its bytes as SSH sends them. */
export interface HostKey {
  type: string;
  blob: Buffer;
}

/** Key types in the order in which a first contact prefers them. */
const preferredTypes = ["ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-rsa"];

/** Signature algorithms by which a server proves a key of each type; a SHA-1 signature is never accepted. */
function signatureAlgorithms(type: string): string[] {
  return type === "ssh-rsa" ? ["rsa-sha2-512", "rsa-sha2-256"] : [type];
}

/** Reads the key's type from its bytes. Throws if they are not a public key. */
export function hostKeyOf(blob: Buffer): HostKey {
  const length = blob.length >= 4 ? blob.readUInt32BE(0) : 0;
  const type = blob.toString("latin1", 4, 4 + length);
  if (length === 0 || blob.length <= 4 + length || !/^[a-z0-9@.-]+$/.test(type)) {
    throw new Error("these bytes are not an SSH public key");
  }
  return { type, blob };
}

/** Reads authorized_keys form (`ssh-ed25519 AAAA… comment`). Throws with what is expected if it is something else. */
export function parseHostKey(text: string): HostKey {
  const [type = "", encoded = ""] = text.trim().split(/\s+/);
  const expected = `expected "<type> <base64>", as in "ssh-ed25519 AAAA…" (see ssh-keyscan)`;
  if (!preferredTypes.includes(type)) throw new Error(`host key of unknown type "${type.slice(0, 40)}": ${expected}`);
  let key: HostKey;
  try {
    key = hostKeyOf(Buffer.from(encoded, "base64"));
  } catch {
    throw new Error(`host key of type ${type} is not readable: ${expected}`);
  }
  if (key.type !== type) throw new Error(`host key says ${type} but holds a key of type ${key.type}: ${expected}`);
  return key;
}

/** authorized_keys form without a comment. */
export function formatHostKey(key: HostKey): string {
  return `${key.type} ${key.blob.toString("base64")}`;
}

/** `SHA256:…` as OpenSSH prints it. */
export function fingerprint(key: HostKey): string {
  return `SHA256:${createHash("sha256").update(key.blob).digest("base64").replace(/=+$/, "")}`;
}

/** The same keys, those of the types that a first contact prefers first. */
export function preferredFirst(keys: readonly HostKey[]): HostKey[] {
  return [...keys].sort((left, right) => preferredTypes.indexOf(left.type) - preferredTypes.indexOf(right.type));
}

export function sameHostKey(left: HostKey, right: HostKey): boolean {
  return left.blob.equals(right.blob);
}

/**
 * Algorithms to offer a server, best first. The expected key's type comes first, so that a server that still has the
 * key shows it; the others follow so that one that has not can show what it has and be refused by name.
 */
export function offeredAlgorithms(expected: HostKey | undefined): string[] {
  const types = expected ? [expected.type, ...preferredTypes.filter((type) => type !== expected.type)] : preferredTypes;
  return types.flatMap(signatureAlgorithms);
}
