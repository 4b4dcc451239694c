import { readFileSync } from "node:fs";
import type { CommandResult } from "../parts";
import { type OwnedProcess, type OwnedProcesses, tailOf } from "../processes/owned-processes";
import { descendantsOf, processTable } from "../processes/process-table";
import { runCommand } from "../processes/run-command";
import { waitFor } from "../wait-for";
import { ownControlGroupFolders } from "./control-groups";
import type { Disk } from "./systemd-disk";

/**
 * Runs in namespaces of its own for processes and mounts, whose first process dies with the one we own: a single
 * SIGKILL ends the host, and its mounts are gone with it.
 */
const LAUNCH = `set -eu
disk=$1 root=$2; shift 2
mount -t overlay overlay -o "$disk" "$root"
exec systemd-nspawn "$@"`;

/** Joins control groups of the host's own, then becomes LAUNCH. */
const JOIN = `set -eu
launch=$1 groups=$2; shift 2
for group in $groups; do echo $$ > "$group/cgroup.procs"; done
exec unshare --mount --pid --fork --kill-child --mount-proc --propagation private sh -c "$launch" sh "$@"`;

const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

export interface ContainerOptions {
  name: string;
  /** How many times the host was booted before. */
  run: number;
  /** Name of the network namespace. */
  namespace: string;
  disk: Disk;
  /** Path of Node on this machine, shown to the host as /usr/local/bin/node. */
  node: string;
}

function nspawnArguments({ name, namespace, disk, node }: ContainerOptions): string[] {
  return [
    "--quiet",
    "--register=no",
    "--keep-unit",
    `--directory=${disk.root}`,
    `--machine=${name}`,
    `--network-namespace-path=/run/netns/${namespace}`,
    "--resolv-conf=off",
    "--timezone=off",
    "--link-journal=no",
    "--console=pipe",
    `--bind-ro=${node}:/usr/local/bin/node`,
    "--boot",
  ];
}

/** The pid that the innermost of its namespaces knows a process by, and how many namespaces it is in. */
function innermostPid(pid: number): { pid: number; depth: number } {
  const line = /^NSpid:\s*(.*)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? "";
  const pids = line.split(/\s+/).map(Number);
  return { pid: pids.at(-1) ?? 0, depth: pids.length };
}

/** A booted systemd container: one run of a host, from power-on to power-off. */
export class Container {
  readonly #running: OwnedProcess;
  readonly #init: number;

  private constructor(running: OwnedProcess, init: number) {
    this.#running = running;
    this.#init = init;
  }

  /** Boots a host and waits until systemd has started everything. */
  static async boot(processes: OwnedProcesses, options: ContainerOptions): Promise<Container> {
    // New groups for each run: those of the last one pass on controllers, and such a group takes no processes.
    const groups = ownControlGroupFolders(`deeptrace-${options.namespace}-${options.run}`);
    for (const group of groups)
      await processes.make(["mkdir", group], ["sh", "-c", 'find "$1" -depth -type d -delete', "sh", group]);
    const { disk } = options;
    const overlay = `lowerdir=${disk.lower},upperdir=${disk.upper},workdir=${disk.work}`;
    const running = await processes.start({
      name: `host-${options.name}`,
      argv: ["sh", "-c", JOIN, "sh", LAUNCH, groups.join(" "), overlay, disk.root, ...nspawnArguments(options)],
      environment: { PATH },
    });
    const hopeless = running.exited.then((how) => `it ${how}:\n${tailOf(running.log)}`);
    const what = `host ${options.name} to boot`;
    const init = await waitFor(async () => Container.#initOf(running.pid), { timeoutMs: 30_000, what, hopeless });
    const container = new Container(running, init);
    await waitFor(() => container.#isUp(), { timeoutMs: 60_000, what, hopeless });
    return container;
  }

  /** The container's first process, as this machine knows it: two namespaces down, and the first there. */
  static #initOf(pid: number): number | undefined {
    return descendantsOf(pid, processTable()).find((each) => {
      const inner = innermostPid(each);
      return inner.depth === 3 && inner.pid === 1 && readFileSync(`/proc/${each}/comm`, "utf8") === "systemd\n";
    });
  }

  async exec(command: string, stdin = ""): Promise<CommandResult> {
    // The root too: where this machine's own root cannot be pivoted, the container's differs from its namespace's.
    const enter = ["nsenter", `--target=${this.#init}`, "--all", "--root", "--", "/usr/bin/env", "-i", "-C", "/root"];
    const variables = [`PATH=${PATH}`, "HOME=/root", "USER=root", "LOGNAME=root", "SHELL=/bin/sh", "LANG=C.UTF-8"];
    return runCommand([...enter, ...variables, "/bin/sh", "-c", command], { stdin });
  }

  async kill(): Promise<void> {
    await this.#running.end("SIGKILL");
  }

  async #isUp(): Promise<boolean> {
    const { stdout, stderr } = await this.exec("systemctl is-system-running");
    if (["running", "degraded"].includes(stdout.trim())) return true;
    throw new Error(`systemd says: ${stdout.trim()} ${stderr.trim()}`);
  }
}
