import { randomBytes } from "node:crypto";
import { mkdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { CommandResult, Host } from "../parts";
import type { OwnedProcesses } from "../processes/owned-processes";
import { waitFor } from "../wait-for";
import { Container } from "./container";
import type { HostLink, HostNetwork } from "./host-network";
import { greetsAsSsh } from "./ssh-banner";
import { makeKeyPair } from "./ssh-keys";
import { type Disk, makeDisk } from "./systemd-disk";

/** A Debian server in a container: its own systemd, sshd, network address and disk. */
export class SystemdHost implements Host {
  readonly port = 22;
  readonly user = "root";
  readonly serviceManager = "systemd";
  readonly home = "/root";
  readonly node = "/usr/local/bin/node";
  #container: Container | undefined;
  #runs = 0;

  private constructor(
    readonly name: string,
    readonly password: string,
    public hostKey: string,
    readonly directory: string,
    private readonly root: string,
    private readonly disk: Disk,
    private readonly link: HostLink,
    private readonly processes: OwnedProcesses,
  ) {}

  /** Makes a new host and boots it. `root` is the folder of `hostRoot`. */
  static async create(
    processes: OwnedProcesses,
    network: HostNetwork,
    options: { name: string; directory: string; root: string },
  ): Promise<SystemdHost> {
    const { name, directory } = options;
    mkdirSync(directory, { recursive: true });
    const password = randomBytes(15).toString("base64url");
    const [link, { disk, hostKey }] = await Promise.all([
      network.connect(),
      makeDisk(directory, options.root, { name, password }),
    ]);
    const host = new SystemdHost(name, password, hostKey.publicKey, directory, options.root, disk, link, processes);
    await host.boot();
    await host.#checkNode();
    return host;
  }

  get address(): string {
    return this.link.address;
  }

  async exec(command: string, options: { stdin?: string } = {}): Promise<CommandResult> {
    if (this.#container === undefined) throw new Error(`host ${this.name} is switched off`);
    return this.#container.exec(command, options.stdin);
  }

  async start(name: string, command: string): Promise<void> {
    // By a file, because systemd would replace the variables of a command line by its own.
    const script = `/run/testbed/${name}.sh`;
    const unit = `systemd-run --quiet --collect --unit=${name} /bin/sh ${script}`;
    await this.#mustExec(`mkdir -p /run/testbed && cat > ${script} && ${unit}`, command, name);
  }

  async poweroff(): Promise<void> {
    await this.#container?.kill();
    this.#container = undefined;
  }

  async boot(): Promise<void> {
    if (this.#container !== undefined) return;
    const { name, disk, link } = this;
    const node = realpathSync(process.execPath);
    const run = this.#runs++;
    this.#container = await Container.boot(this.processes, { name, run, disk, node, namespace: link.namespace });
    await waitFor(() => greetsAsSsh(this.address, this.port), { timeoutMs: 30_000, what: `sshd of host ${name}` });
  }

  async rotateHostKey(): Promise<void> {
    const { privateKey, publicKey } = await makeKeyPair(path.join(this.directory, "new-host-key"));
    await this.#mustExec("cat > /etc/ssh/ssh_host_ed25519_key && systemctl restart ssh", privateKey, "new host key");
    await waitFor(() => greetsAsSsh(this.address, this.port), { timeoutMs: 30_000, what: `sshd of host ${this.name}` });
    this.hostKey = publicKey;
  }

  /** Installs it anew on an empty disk, with the same name, address and password. `keepingKey`: with its SSH host key, too. */
  async rebuild({ keepingKey }: { keepingKey: boolean }): Promise<void> {
    const key = "/etc/ssh/ssh_host_ed25519_key";
    const kept = await this.#mustExec(`cat ${key}`, "", "host key");
    await this.poweroff();
    for (const folder of [this.disk.upper, this.disk.work]) rmSync(folder, { recursive: true, force: true });
    const { hostKey } = await makeDisk(this.directory, this.root, this);
    if (keepingKey) writeFileSync(path.join(this.disk.upper, key), kept, { mode: 0o600 });
    else this.hostKey = hostKey.publicKey;
    await this.boot();
  }

  cutNetwork(): Promise<void> {
    return this.link.cut();
  }

  restoreNetwork(): Promise<void> {
    return this.link.restore();
  }

  async #mustExec(command: string, stdin: string, what: string): Promise<string> {
    const result = await this.exec(command, { stdin });
    if (result.code !== 0) throw new Error(`${what} on host ${this.name}: ${result.stderr.trim()}`);
    return result.stdout;
  }

  /** This machine's Node may be linked against libraries that the hosts do not have. */
  async #checkNode(): Promise<void> {
    const result = await this.exec(`${this.node} --version`);
    if (result.code === 0) return;
    throw new Error(
      `${process.execPath} does not run on the hosts (${result.stderr.trim()}): use a Node from nodejs.org, ` +
        "which brings its own libraries",
    );
  }
}
