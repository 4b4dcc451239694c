/** What a connection fault means to the person who runs the rollout: one message that says where, what and what to do. */
import { plainWords, type SshError, type SshFault } from "../ssh/ssh-fault";
import { address } from "../ssh/ssh-login";
import type { SshTarget } from "./ledger-contract";
import { unseen } from "./unseen-host";

/** `agent "a1" (198.18.0.2:22)`; the assembler's own ledger is called by its role. */
export function placeOf(agent: string, target: { host: string; port: number }): string {
  return `${agent === "assembler" ? "assembler" : `agent "${agent}"`} (${address(target)})`;
}

/** The message of a failed step, with the fields of the fleet file to look at. */
export function faultMessage(agent: string, target: SshTarget, error: SshError): string {
  const server = error.hop === "proxy" && target.proxy ? target.proxy : target;
  const through = server === target ? "" : `proxy ${address(server)}: `;
  const of = agent === "assembler" ? "in [server]" : "of this agent";
  return `${placeOf(agent, target)}: ${through}${causeAndCure(error.fault, server, of)}`;
}

function causeAndCure(fault: SshFault, server: Omit<SshTarget, "proxy">, of: string): string {
  const user = `user "${server.user}"`;
  switch (fault.kind) {
    case "unreachable":
      return `unreachable: ${plainWords(fault)}: is the host up, are host_ip and ssh_port right?`;
    case "dropped":
      return `unreachable: ${fault.reason}: is ssh_port that of an SSH server, and does it take more logins now?`;
    case "not-started":
    case "lost":
      return `${fault.reason}: is the host still up?`;
    case "too-slow":
      return `the probe found ${plainWords(fault)}: is the host overloaded, does a file system hang?`;
    case "host-key-changed":
      return (
        `${plainWords(fault)}. If the host was rebuilt, set host_key = "${fault.shownKey}" ${of.replace(/^of/, "for")} in the fleet ` +
        `file (compare it on the host first: ssh-keygen -lf ${keyFile(fault.shownKey)}); otherwise someone may be in between`
      );
    case "host-key-revoked":
      return `${plainWords(fault)}, which known_hosts marks @revoked: give the host a new key, as somebody may have the old one`;
    case "host-key-unreadable":
      return `${fault.reason}: correct host_key ${of}`;
    case "private-key-unusable":
      return `${fault.reason}: check ssh_key, ssh_key_path and its passphrase ${of}`;
    case "agent-unusable":
      return `${fault.reason}: start ssh-agent, or set ssh_key or host_password ${of}`;
    case "password-expired":
      return `the password of ${user} has expired: log in by hand once to change it, then set host_password ${of}`;
    case "login-refused":
      return refusal(fault.tried, fault.accepted, user, of);
  }
}

/** Where an OpenSSH server keeps its public key of that type. */
function keyFile(hostKey: string): string {
  const [, type = "ed25519"] = /^(?:ssh-|ecdsa-sha2-)?(ed25519|rsa|nistp)/.exec(hostKey) ?? [];
  return `/etc/ssh/ssh_host_${type === "nistp" ? "ecdsa" : type}_key.pub`;
}

function refusal(tried: string[], accepted: string[], user: string, of: string): string {
  const takes = accepted.length === 0 ? "" : ` (it accepts ${accepted.join(", ")})`;
  if (tried.length === 0) {
    return `nothing to log in as ${user} with${takes}: set host_password or ssh_key ${of}, or load a key into ssh-agent`;
  }
  const usable = tried.filter((method) => accepted.length === 0 || accepted.includes(method));
  if (usable.length === 0) {
    const instead = accepted.includes("publickey") ? "set ssh_key" : "set host_password";
    const ways = tried.map((method) => (method === "publickey" ? "key" : "password"));
    return `the host takes no ${[...new Set(ways)].join(" or ")} login${takes}: ${instead} ${of}`;
  }
  const password = usable.includes("password") || usable.includes("keyboard-interactive");
  const key = usable.includes("publickey");
  if (password && key) return `key and password refused for ${user}: check ssh_key and host_password ${of}`;
  if (password) return `wrong password for ${user}: check host_password ${of}`;
  return `key refused for ${user}: is its public half in ~/.ssh/authorized_keys there? Check ssh_key ${of}`;
}

/** How every facet of the host reads in the record. */
export function observedFault(error: SshError): string {
  const { fault } = error;
  const hop = error.hop === "proxy" ? "proxy: " : "";
  switch (fault.kind) {
    case "host-key-changed":
      return unseen("hostKeyChanged", `${hop}pinned ${fault.expected}, host shows ${fault.shown}`);
    case "login-refused":
    case "password-expired":
    case "private-key-unusable":
    case "agent-unusable":
    case "host-key-revoked":
    case "host-key-unreadable":
      return unseen("loginRefused", hop + plainWords(fault).replace(/^login refused: /, ""));
    case "too-slow":
      return unseen("probeFailed", plainWords(fault));
    default:
      return unseen("unreachable", hop + plainWords(fault));
  }
}
