/** An SSH server that lets one user in by password, in this process: sshd would need a user of the machine for that. */
import { spawn } from "node:child_process";
import type { AddressInfo } from "node:net";
import { type AuthContext, type Connection, Server, utils } from "ssh2";

export interface PasswordServer {
  port: number;
  user: string;
  password: string;
  close(): Promise<void>;
}

/** @param method how the password is asked for. */
export async function startPasswordServer(method: "password" | "keyboard-interactive"): Promise<PasswordServer> {
  const user = "ops";
  const password = "correct horse";
  const open = new Set<Connection>();
  // Of the ed25519 keys that ssh2 makes, one in a few hundred cannot be read again.
  const hostKey = utils.generateKeyPairSync("ecdsa", { bits: 256 }).private;
  const server = new Server({ hostKeys: [hostKey] }, (client) => {
    open.add(client);
    client.on("close", () => open.delete(client));
    client.on("error", () => {});
    client.on("authentication", (context) => answer(context));
    client.on("session", (accept) => {
      accept().on("exec", (acceptExec, _reject, { command }) => {
        const channel = acceptExec();
        const child = spawn("sh", ["-c", command]);
        channel.pipe(child.stdin);
        child.stdout.pipe(channel, { end: false });
        child.stderr.pipe(channel.stderr, { end: false });
        child.on("close", (code) => {
          channel.exit(code ?? 1);
          channel.end();
        });
      });
    });
  });
  const answer = (context: AuthContext) => {
    const decide = (given: string | undefined) => {
      if (context.username === user && given === password) context.accept();
      else context.reject([method]);
    };
    if (context.method === "password" && method === "password") decide(context.password);
    else if (context.method === "keyboard-interactive" && method === "keyboard-interactive") {
      context.prompt([{ prompt: "Password: ", echo: false }], ([given]) => decide(given));
    } else context.reject([method]);
  };
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    user,
    password,
    close: () =>
      new Promise((resolve) => {
        for (const client of open) client.end();
        server.close(() => resolve());
      }),
  };
}
