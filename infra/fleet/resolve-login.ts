import type { SshTarget } from "../ledger/ledger-contract";
import type { HostSpec } from "./fleet";
import { type HostKeySources, resolveHostKey } from "./host-keys";
import type { LoginEntry, ProxyEntry } from "./login-schema";

/** What resolving a login needs from the machine that runs Pulumi. */
export interface LoginSources extends HostKeySources {
  /** The text of a private key file; throws with the reason if it cannot be read. */
  readKey(path: string): string;
  /** Whether an ssh-agent can be asked. */
  readonly hasSshAgent: boolean;
}

/** Something wrong with one field of a login. */
export interface LoginFault {
  readonly field: string;
  readonly got: string;
  readonly allowed: string;
  readonly fix?: string;
}

/** Turns the login part of an entry into a target, or says what is wrong with it. Pure but for the key file that the entry names. */
export function resolveLogin(
  address: string,
  entry: LoginEntry,
  sources: LoginSources,
): { host: HostSpec; faults: LoginFault[] } {
  const faults: LoginFault[] = [];
  const user = entry.user_name ?? "root";
  const serviceManager = entry.service_manager ?? "systemd";
  const isRoot = user === "root";
  const become = !isRoot && (entry.become ?? serviceManager === "systemd");
  if (!isRoot && !become && serviceManager === "systemd") {
    faults.push({
      field: "become",
      got: `false for user "${user}"`,
      allowed: "true, as systemd units are root's",
      fix: 'or set service_manager = "process" to run as a plain process',
    });
  }
  const proxy = entry.proxy && credentials(entry.proxy.host_ip, entry.proxy, "proxy.", sources, faults);
  const through = proxy && `${proxy.user}@${proxy.host}${proxy.port === 22 ? "" : ` -p ${proxy.port}`}`;
  const own = credentials(address, entry, "", sources, faults, through);
  const target: SshTarget = { ...own, become, ...(proxy && { proxy }) };
  return { host: { target, serviceManager }, faults };
}

function credentials(
  address: string,
  entry: Omit<ProxyEntry, "host_ip">,
  prefix: string,
  sources: LoginSources,
  faults: LoginFault[],
  through?: string,
): Omit<SshTarget, "proxy"> {
  const port = entry.ssh_port ?? 22;
  const { fault, ...keys } = resolveHostKey({ host: address, port, given: entry.host_key, through }, sources);
  if (fault) faults.push({ field: `${prefix}host_key`, ...fault });
  const privateKey = keyText(entry, prefix, sources, faults);
  const given = [entry.host_password, entry.ssh_key, entry.ssh_key_path];
  if (given.every((value) => value === undefined) && !sources.hasSshAgent) {
    faults.push({
      field: `${prefix}host_password`,
      got: "nothing to log in with",
      allowed: "host_password, ssh_key or ssh_key_path, or a running ssh-agent (SSH_AUTH_SOCK)",
    });
  }
  return {
    become: false,
    host: address,
    port,
    user: entry.user_name ?? "root",
    ...(entry.host_password !== undefined && { password: entry.host_password }),
    ...(privateKey !== undefined && { privateKey }),
    ...(entry.ssh_key_password !== undefined && { privateKeyPassword: entry.ssh_key_password }),
    ...keys,
  };
}

function keyText(
  entry: Omit<ProxyEntry, "host_ip">,
  prefix: string,
  sources: LoginSources,
  faults: LoginFault[],
): string | undefined {
  const { ssh_key: text, ssh_key_path: path, ssh_key_password: password } = entry;
  if (text !== undefined && path !== undefined) {
    faults.push({
      field: `${prefix}ssh_key_path`,
      got: "a key besides ssh_key",
      allowed: "one of ssh_key and ssh_key_path",
    });
  }
  if (password !== undefined && text === undefined && path === undefined) {
    faults.push({
      field: `${prefix}ssh_key_password`,
      got: "a password without a key",
      allowed: "only with ssh_key or ssh_key_path",
    });
  }
  if (text !== undefined) {
    // A reference that leads nowhere is a fault already.
    if (text.startsWith("secret:")) return undefined;
    if (looksLikeKey(text)) return `${text.trim()}\n`;
    faults.push({
      field: `${prefix}ssh_key`,
      got: "a text that is no private key",
      allowed: "-----BEGIN … PRIVATE KEY----- and so on",
      ...(/^[~/.][^\n]*$/.test(text) && { fix: "the path of a key goes into ssh_key_path" }),
    });
    return undefined;
  }
  if (path === undefined) return undefined;
  try {
    const read = sources.readKey(path);
    if (looksLikeKey(read)) return `${read.trim()}\n`;
    faults.push({
      field: `${prefix}ssh_key_path`,
      got: `${path}, which holds no private key`,
      allowed: "the path of a private key",
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    faults.push({
      field: `${prefix}ssh_key_path`,
      got: `${path} (${reason})`,
      allowed: "the path of a private key that can be read",
    });
  }
  return undefined;
}

function looksLikeKey(text: string): boolean {
  return /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text);
}
