/** How to reach and enter one SSH server. */
export interface SshLogin {
  host: string;
  port: number;
  user: string;
  password?: string;
  /** OpenSSH or PEM text of a private key. */
  privateKey?: string;
  privateKeyPassword?: string;
  /** Socket of an ssh-agent to ask for further keys. */
  agentSocket?: string;
  /** Key the server must show, in authorized_keys form; absent: any key is taken. */
  hostKey?: string;
  /** Keys that the server must never show, in the same form. */
  revokedHostKeys?: readonly string[];
  /** A server to go through. */
  proxy?: Omit<SshLogin, "proxy">;
}

/** `10.0.0.7:22`, `[fe80::1]:22`. */
export function address(login: { host: string; port: number }): string {
  return `${login.host.includes(":") ? `[${login.host}]` : login.host}:${login.port}`;
}
