/** A real OpenSSH server of the test's own on a free loopback port, with the settings that the test is about. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { freePort } from "../../testbed/free-port";
import { SSHD } from "../../testbed/hosts/process-host";
import { greetsAsSsh } from "../../testbed/hosts/ssh-banner";
import { makeKeyPair } from "../../testbed/hosts/ssh-keys";
import { type OwnedProcess, OwnedProcesses, tailOf } from "../../testbed/processes/owned-processes";
import { requireCommand } from "../../testbed/tools/missing-part";
import { waitFor } from "../../testbed/wait-for";

const AGENT = { command: "ssh-agent", packageName: "openssh-client", purpose: "logins by ssh-agent" };

export const passphrase = "open sesame";

export class OwnSshd {
  readonly user = userInfo().username;
  #sshd: OwnedProcess | undefined;

  private constructor(
    readonly processes: OwnedProcesses,
    /** Scratch directory, gone with the server. */
    readonly directory: string,
    readonly port: number,
    /** A private key that the server lets in. */
    readonly privateKey: string,
    /** Another one, under `passphrase`. */
    readonly encryptedKey: string,
    /** The server's ed25519 key in authorized_keys form. */
    public hostKey: string,
  ) {}

  /**
   * @param environment of the sessions, besides what the server gives them.
   * @param settings further lines of sshd_config.
   */
  static async start(environment: Record<string, string> = {}, settings: string[] = []): Promise<OwnSshd> {
    const directory = mkdtempSync(join(tmpdir(), "deeptrace-sshd-"));
    const processes = new OwnedProcesses(directory);
    const file = (name: string) => join(directory, name);
    const login = await makeKeyPair(file("login"));
    const encrypted = ["-q", "-t", "ed25519", "-N", passphrase, "-C", "", "-f", file("encrypted")];
    execFileSync("ssh-keygen", encrypted);
    execFileSync("ssh-keygen", ["-q", "-t", "ecdsa", "-N", "", "-C", "", "-f", file("host-ecdsa")]);
    const { publicKey } = await makeKeyPair(file("host-ed25519"));
    writeFileSync(file("authorized_keys"), `${login.publicKey}\n${readFileSync(file("encrypted.pub"), "utf8")}`);
    const port = await freePort();
    const lines = [
      `Port ${port}`,
      "ListenAddress 127.0.0.1",
      `HostKey ${file("host-ed25519")}`,
      `HostKey ${file("host-ecdsa")}`,
      `AuthorizedKeysFile ${file("authorized_keys")}`,
      "PidFile none",
      "StrictModes no",
      "UsePAM no",
      "UseDNS no",
      "PermitRootLogin prohibit-password",
      "PasswordAuthentication no",
      "KbdInteractiveAuthentication no",
      "Subsystem sftp internal-sftp",
      "AcceptEnv ACCEPTED PULUMI_COMMAND_STDOUT PULUMI_COMMAND_STDERR",
      "MaxStartups 10:30:100",
      ...settings,
      // The level keeps bash from reading this user's own ~/.bashrc, which can take longer than the test.
      `SetEnv SHLVL=5 ${Object.entries(environment)
        .map(([name, value]) => `${name}=${value}`)
        .join(" ")}`,
    ];
    writeFileSync(file("sshd_config"), `${lines.join("\n")}\n`);
    // sshd started by root keeps its helpers in this folder, which only the distribution's own service makes.
    if (userInfo().uid === 0) mkdirSync("/run/sshd", { recursive: true });
    const encryptedKey = readFileSync(file("encrypted"), "utf8");
    const sshd = new OwnSshd(processes, directory, port, login.privateKey, encryptedKey, publicKey);
    await sshd.boot();
    return sshd;
  }

  async boot(): Promise<void> {
    const argv = [requireCommand(SSHD), "-D", "-e", "-f", join(this.directory, "sshd_config")];
    const running = await this.processes.start({ name: "sshd", argv });
    this.#sshd = running;
    await waitFor(() => greetsAsSsh("127.0.0.1", this.port), {
      timeoutMs: 15_000,
      what: "the test's sshd",
      hopeless: running.exited.then((how) => `it ${how}:\n${tailOf(running.log)}`),
    });
  }

  /** Logins so far. */
  get logins(): number {
    return readFileSync(this.#sshd?.log ?? "", "utf8").split("Accepted publickey for").length - 1;
  }

  /** Processes that serve one open connection each. */
  connections(): number[] {
    const pid = this.#sshd?.pid;
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
    return children.split(" ").filter(Boolean).map(Number);
  }

  async halt(): Promise<void> {
    await this.#sshd?.end("SIGKILL");
    this.#sshd = undefined;
  }

  /** Comes back with another key, as a rebuilt host would. */
  async rebuild(): Promise<void> {
    await this.halt();
    this.hostKey = (await makeKeyPair(join(this.directory, "host-ed25519"))).publicKey;
    await this.boot();
  }

  /** Starts an ssh-agent that holds the key in the clear; returns its socket. */
  async agent(): Promise<string> {
    const socket = join(this.directory, "agent.sock");
    await this.processes.start({ name: "ssh-agent", argv: [requireCommand(AGENT), "-D", "-a", socket] });
    const add = async () => {
      const env = { ...process.env, SSH_AUTH_SOCK: socket };
      execFileSync("ssh-add", ["-q", join(this.directory, "login")], { env, stdio: "ignore" });
      return true;
    };
    await waitFor(add, { timeoutMs: 10_000, what: "the ssh-agent to take a key" });
    return socket;
  }

  close(): Promise<void> {
    return this.processes.close();
  }
}
