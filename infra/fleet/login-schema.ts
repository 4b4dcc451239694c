import { z } from "zod";
import { parseHostKey } from "../ssh/host-key";
import { hostSchema } from "./host-address";

/** A TCP port; the original file has it as a text in places, so `"22"` is read as 22. */
export const portSchema = z
  .union([
    z.int().min(1).max(65535),
    z
      .string()
      .regex(/^0*[1-9][0-9]{0,4}$/)
      .transform(Number)
      .pipe(z.int().max(65535)),
  ])
  .describe("a port from 1 to 65535");

const secretLine = z
  .string()
  .regex(/^[^\r\n]+$/)
  .describe("a text of one line that is not empty");

const publicKey = "a public key as in /etc/ssh/ssh_host_ed25519_key.pub: ssh-ed25519 AAAA…";
const hostKeySchema = z.string().refine(readsAsHostKey, { message: publicKey }).describe(publicKey);

function readsAsHostKey(text: string): boolean {
  try {
    return parseHostKey(text).type !== "";
  } catch {
    return false;
  }
}

const userSchema = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_.@\\-]*\$?$/)
  .describe("a login name: letters, digits and _ . - @, the first one a letter or _");

/** What every way to log in shares; all optional because defaults may give them. */
const credentials = {
  user_name: userSchema.optional(),
  ssh_port: portSchema.optional(),
  host_password: secretLine.optional(),
  ssh_key: z.string().min(1).describe("the text of a private key").optional(),
  ssh_key_path: z.string().min(1).describe("the path of a private key on this machine").optional(),
  ssh_key_password: secretLine.optional(),
  host_key: hostKeySchema.optional(),
};

/** A bastion through which a host is reached. */
const proxySchema = z
  .strictObject({ host_ip: hostSchema, ...credentials })
  .describe("a table with host_ip and a login: [agents.agent_info.proxy]");

/** Everything about entering a host and running things on it, but its address. */
export const loginShape = {
  ...credentials,
  proxy: proxySchema.optional(),
  become: z.boolean().optional(),
  service_manager: z.enum(["systemd", "process"]).optional(),
};

const loginSchema = z.strictObject(loginShape);
export type LoginEntry = z.output<typeof loginSchema>;
export type ProxyEntry = z.output<typeof proxySchema>;
