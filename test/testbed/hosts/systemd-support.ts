import { runCommand } from "../processes/run-command";

/** Whether this process may make namespaces and links: root, and not in a container that forbids it. */
export async function systemdHostsWork(): Promise<boolean> {
  if (process.getuid?.() !== 0) return false;
  const probe = await runCommand(["unshare", "--mount", "--pid", "--net", "--fork", "true"]).catch(() => undefined);
  return probe?.code === 0;
}
