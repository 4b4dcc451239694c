import { Client, type ConnectConfig } from "ssh2";
import type { Host } from "../../testbed/testbed";

export interface Login {
  /** Host key that the server showed, as authorized_keys writes it. */
  hostKey: string;
  stdout: string;
}

/** How to log in to a host of the testbed. */
export function loginOf(host: Host): ConnectConfig {
  const { address, port, user, password, privateKey } = host;
  return {
    host: address,
    port,
    username: user,
    ...(password ? { password } : {}),
    ...(privateKey ? { privateKey } : {}),
  };
}

/** Logs in over SSH, runs a command and returns what it printed. Rejects if the login or the command fails. */
export function overSsh(login: ConnectConfig, command: string): Promise<Login> {
  return new Promise((resolve, reject) => {
    const client = new Client();
    let hostKey = "";
    let stdout = "";
    client.on("error", reject);
    client.on("ready", () =>
      client.exec(command, (error, stream) => {
        if (error) return reject(error);
        stream.on("data", (chunk: Buffer) => {
          stdout += chunk.toString();
        });
        stream.stderr.resume();
        stream.on("close", (code: number) => {
          client.end();
          if (code === 0) resolve({ hostKey, stdout });
          else reject(new Error(`${command} ended with status ${code}`));
        });
      }),
    );
    client.connect({
      readyTimeout: 3_000,
      ...login,
      hostVerifier: (key: Buffer) => {
        hostKey = `ssh-ed25519 ${key.toString("base64")}`;
        return true;
      },
    });
  });
}
