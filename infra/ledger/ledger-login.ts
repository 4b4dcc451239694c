import type { SshLogin } from "../ssh/ssh-login";
import type { SshTarget } from "./ledger-contract";

/** Keys in authorized_keys form that the servers of a target have to show; absent: any is taken. */
export interface PinnedKeys {
  hostKey?: string;
  proxyHostKey?: string;
}

/** The target as a login that takes only the given keys. Without password and key of its own it asks the ssh-agent. */
export function loginOf(target: SshTarget, { hostKey, proxyHostKey }: PinnedKeys): SshLogin {
  const { become: _become, proxy, hostKey: _given, ...own } = target;
  return {
    ...withAgent(own),
    ...(hostKey !== undefined && { hostKey }),
    ...(proxy && { proxy: { ...withAgent(proxy), ...(proxyHostKey !== undefined && { hostKey: proxyHostKey }) } }),
  };
}

function withAgent(login: Omit<SshLogin, "proxy">): Omit<SshLogin, "proxy"> {
  const agentSocket = process.env.SSH_AUTH_SOCK;
  const hasOwn = login.password !== undefined || login.privateKey !== undefined;
  return hasOwn || agentSocket === undefined || agentSocket === "" ? login : { ...login, agentSocket };
}

/** The secrets that a host might say back to us. */
export function loginSecrets({ proxy, ...own }: SshTarget): string[] {
  const all = [own.password, own.privateKeyPassword, proxy?.password, proxy?.privateKeyPassword];
  return all.filter((secret): secret is string => secret !== undefined);
}
