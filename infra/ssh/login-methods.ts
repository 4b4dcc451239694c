import { existsSync } from "node:fs";
import { type AnyAuthMethod, utils } from "ssh2";
import { SshError } from "./ssh-fault";
import type { SshLogin } from "./ssh-login";

/**
 * The ways to log in, in the order in which they are tried: the private key, the password (asked for either way), then
 * the keys of an ssh-agent. Throws an SshError if the private key cannot be read or the agent's socket is not there.
 */
export function loginMethods(login: Omit<SshLogin, "proxy">): AnyAuthMethod[] {
  const username = login.user;
  const methods: AnyAuthMethod[] = [];
  if (login.privateKey !== undefined) {
    methods.push({ type: "publickey", username, key: readPrivateKey(login.privateKey, login.privateKeyPassword) });
  }
  const { password, agentSocket } = login;
  if (password !== undefined) {
    methods.push({ type: "password", username, password });
    methods.push({
      type: "keyboard-interactive",
      username,
      prompt: (_name, _instructions, _language, prompts, answer) => answer(prompts.map(() => password)),
    });
  }
  if (agentSocket !== undefined) {
    if (!existsSync(agentSocket)) {
      throw new SshError({ kind: "agent-unusable", reason: `no ssh-agent listens at ${agentSocket}` });
    }
    methods.push({ type: "agent", username, agent: agentSocket });
  }
  return methods;
}

function readPrivateKey(text: string, passphrase: string | undefined) {
  const key = utils.parseKey(text, passphrase);
  if (!(key instanceof Error)) {
    const [first] = Array.isArray(key) ? key : [key];
    if (first?.isPrivateKey()) return first;
    throw new SshError({ kind: "private-key-unusable", reason: "the key given is a public key, not a private one" });
  }
  throw new SshError({ kind: "private-key-unusable", reason: keyFault(key.message) });
}

function keyFault(message: string): string {
  if (/no passphrase given/i.test(message)) return "the private key is encrypted and no passphrase is given";
  if (/bad passphrase|integrity check|bad decrypt/i.test(message))
    return "the passphrase does not open the private key";
  return "the private key is not in OpenSSH or PEM form";
}

/** SSH's name for a method: an agent's keys are public keys to the server. */
export function protocolName(method: AnyAuthMethod): string {
  return method.type === "agent" ? "publickey" : method.type;
}
