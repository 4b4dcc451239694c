import type { Host } from "../../test/testbed/testbed";

/** How often each host's sshd has let somebody in so far, in the hosts' order. */
export function countLogins(hosts: readonly Host[]): Promise<number[]> {
  return Promise.all(hosts.map(loginsOf));
}

async function loginsOf(host: Host): Promise<number> {
  const { code, stdout, stderr } = await host.exec("journalctl --sync && journalctl -t sshd -o cat --no-pager");
  if (code !== 0) throw new Error(`the journal of host ${host.name} cannot be read: ${stderr.trim()}`);
  return stdout.split("\n").filter((line) => line.startsWith("Accepted ")).length;
}
