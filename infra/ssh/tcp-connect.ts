import { connect, type Socket } from "node:net";
import { SshError } from "./ssh-fault";

/** Opens a TCP connection within the time limit. Rejects with an SshError that the host is unreachable, and why. */
export function tcpConnect(
  { host, port }: { host: string; port: number },
  timeLimitMs: number,
  cancelled?: AbortSignal,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    if (cancelled?.aborted) return reject(new SshError({ kind: "lost", reason: "cancelled" }));
    const socket = connect({ host, port, noDelay: true });
    const leave = () => {
      clearTimeout(timer);
      socket.removeAllListeners();
      cancelled?.removeEventListener("abort", cancel);
    };
    const fail = (error: SshError) => {
      leave();
      socket.destroy();
      reject(error);
    };
    const cancel = () => fail(new SshError({ kind: "lost", reason: "cancelled" }));
    const afterSeconds = Math.round(timeLimitMs / 1000);
    const timer = setTimeout(
      () => fail(new SshError({ kind: "unreachable", reason: "connect ETIMEDOUT", afterSeconds })),
      timeLimitMs,
    );
    cancelled?.addEventListener("abort", cancel, { once: true });
    socket.once("connect", () => {
      leave();
      resolve(socket);
    });
    socket.once("error", (error: Error & { code?: string }) =>
      fail(new SshError({ kind: "unreachable", reason: connectReason(error) })),
    );
  });
}

function connectReason(error: Error & { code?: string }): string {
  if (error.code === "ENOTFOUND" || error.code === "EAI_AGAIN") return "this host name is not known (DNS)";
  return error.code === undefined ? error.message : `connect ${error.code}`;
}
