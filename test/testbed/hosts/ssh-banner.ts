import { connect } from "node:net";

/** Whether an SSH server greets at the address: it has read its keys and takes logins. */
export function greetsAsSsh(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port, timeout: 2_000 });
    const answer = (greets: boolean) => {
      socket.destroy();
      resolve(greets);
    };
    socket.once("data", (chunk: Buffer) => answer(chunk.toString("latin1").startsWith("SSH-2.0")));
    socket.once("error", () => answer(false));
    socket.once("timeout", () => answer(false));
    socket.once("close", () => answer(false));
  });
}
