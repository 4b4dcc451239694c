import { mkdirSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import path from "node:path";
import { freePort } from "../free-port";
import type { CommandResult, Host } from "../parts";
import { type OwnedProcess, type OwnedProcesses, tailOf } from "../processes/owned-processes";
import { markedProcesses } from "../processes/process-table";
import { mustRun, runCommand } from "../processes/run-command";
import { type Requirement, requireCommand } from "../tools/missing-part";
import { waitFor } from "../wait-for";
import { greetsAsSsh } from "./ssh-banner";
import { type KeyPair, makeKeyPair } from "./ssh-keys";
import { sessionScript, sshdConfig } from "./sshd-files";

export const SSHD: Requirement = { command: "sshd", packageName: "openssh-server", purpose: "hosts without root" };

/** Marks the processes of one host among those of its testbed. */
const HOST_MARK = "DEEPTRACE_TESTBED_HOST";

/**
 * A host without root: an sshd of one's own on a loopback port, with a home folder of its own. It shares everything
 * else with this machine: no systemd, no address of its own, login by key only.
 */
export class ProcessHost implements Host {
  readonly address = "127.0.0.1";
  readonly user = userInfo().username;
  readonly serviceManager = "process";
  readonly node = process.execPath;
  #sshd: OwnedProcess | undefined;

  private constructor(
    readonly name: string,
    readonly port: number,
    readonly home: string,
    readonly privateKey: string,
    public hostKey: string,
    private readonly directory: string,
    private readonly environment: Record<string, string>,
    private readonly processes: OwnedProcesses,
  ) {}

  /** Makes a new host and starts it. */
  static async create(processes: OwnedProcesses, options: { name: string; directory: string }): Promise<ProcessHost> {
    const { name, directory } = options;
    const sshd = requireCommand(SSHD);
    const home = path.join(directory, "home");
    mkdirSync(home, { recursive: true });
    const port = await freePort();
    const hostKey = await makeKeyPair(path.join(directory, "host-key"));
    const login = await makeKeyPair(path.join(directory, "login-key"));
    const environment = {
      ...processes.mark,
      [HOST_MARK]: `${processes.id}-${name}`,
      HOME: home,
      USER: userInfo().username,
      PATH: `${path.dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin`,
      LANG: "C.UTF-8",
    };
    writeFileSync(path.join(directory, "authorized_keys"), `${login.publicKey}\n`);
    writeFileSync(path.join(directory, "session.sh"), sessionScript(environment));
    writeFileSync(path.join(directory, "sshd_config"), sshdConfig(directory, port));
    // sshd started by root keeps its helpers in this folder, which only the distribution's own service makes.
    if (process.getuid?.() === 0) await mustRun(["mkdir", "-p", "/run/sshd"]);
    const host = new ProcessHost(
      name,
      port,
      home,
      login.privateKey,
      hostKey.publicKey,
      directory,
      environment,
      processes,
    );
    await host.#startSshd(sshd);
    return host;
  }

  exec(command: string, options: { stdin?: string } = {}): Promise<CommandResult> {
    if (this.#sshd === undefined) throw new Error(`host ${this.name} is switched off`);
    const { environment, home } = this;
    return runCommand(["/bin/sh", "-c", command], { environment, directory: home, stdin: options.stdin ?? "" });
  }

  async start(name: string, command: string): Promise<void> {
    const { environment, home } = this;
    await this.processes.start({ name, argv: ["/bin/sh", "-c", command], environment, directory: home });
  }

  async poweroff(): Promise<void> {
    await this.#sshd?.end("SIGKILL");
    this.#sshd = undefined;
    const ours = () => markedProcesses(HOST_MARK, this.environment[HOST_MARK] ?? "");
    await waitFor(
      async () => {
        const left = ours();
        for (const pid of left) process.kill(pid, "SIGKILL");
        return left.length === 0;
      },
      { timeoutMs: 10_000, what: `the processes of host ${this.name} to end` },
    );
  }

  async boot(): Promise<void> {
    if (this.#sshd === undefined) await this.#startSshd(requireCommand(SSHD));
  }

  async rotateHostKey(): Promise<void> {
    const hostKey: KeyPair = await makeKeyPair(path.join(this.directory, "host-key"));
    await this.#sshd?.end("SIGTERM");
    await this.#startSshd(requireCommand(SSHD));
    this.hostKey = hostKey.publicKey;
  }

  /** As near as it gets without a network of its own: sshd is stopped, so that new connections hang. */
  async cutNetwork(): Promise<void> {
    if (this.#sshd !== undefined) process.kill(this.#sshd.pid, "SIGSTOP");
  }

  async restoreNetwork(): Promise<void> {
    if (this.#sshd !== undefined) process.kill(this.#sshd.pid, "SIGCONT");
  }

  async #startSshd(sshd: string): Promise<void> {
    const running = await this.processes.start({
      name: `sshd-${this.name}`,
      argv: [sshd, "-D", "-e", "-f", path.join(this.directory, "sshd_config")],
    });
    this.#sshd = running;
    await waitFor(() => greetsAsSsh(this.address, this.port), {
      timeoutMs: 15_000,
      what: `sshd of host ${this.name}`,
      hopeless: running.exited.then((how) => `it ${how}:\n${tailOf(running.log)}`),
    });
  }
}
