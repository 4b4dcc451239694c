/** One host that can be entered in every way there is: each agent goes its own. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { agentLayout } from "../../../infra/host-scripts/host-layout";
import { makeKeyPair } from "../../testbed/hosts/ssh-keys";
import { systemdHostsWork } from "../../testbed/hosts/systemd-support";
import { OwnedProcesses } from "../../testbed/processes/owned-processes";
import { mustRun } from "../../testbed/processes/run-command";
import type { Host } from "../../testbed/testbed";
import { requireCommand } from "../../testbed/tools/missing-part";
import { waitFor } from "../../testbed/wait-for";
import { FleetStack } from "./fleet-stack";

/** How one agent's host is entered; lines of its `[agents.agent_info]`. */
interface Access {
  readonly agent: string;
  readonly by: string;
  readonly lines: (places: Places) => string[];
  /** In the log of the host's sshd. */
  readonly entered: (places: Places) => RegExp;
}

interface Places {
  readonly host: string;
  readonly host6: string;
  readonly bastion: string;
}

const address = ({ host }: Places) => `host_ip = "${host}"`;
const asRoot = 'user_name = "root"';
const key = 'ssh_key = "secret:key"';
const accesses: Access[] = [
  {
    agent: "password",
    by: "by password",
    lines: (at) => [address(at), asRoot, 'host_password = "secret:aLogin"'],
    entered: () => /Accepted password for root/,
  },
  {
    agent: "key",
    by: "by key",
    lines: (at) => [address(at), asRoot, key],
    entered: () => /Accepted publickey for root .*ED25519/,
  },
  {
    agent: "encrypted",
    by: "by a key under a passphrase, on a port of its own",
    lines: (at) => [
      address(at),
      asRoot,
      "ssh_port = 2222",
      'ssh_key_path = "encrypted.key"',
      'ssh_key_password = "secret:passphrase"',
    ],
    entered: () => /Accepted publickey for root .*RSA/,
  },
  {
    agent: "ssh-agent",
    by: "by a key that only an ssh-agent has",
    lines: (at) => [address(at), 'user_name = "held"'],
    entered: () => /Accepted publickey for held/,
  },
  {
    agent: "sudo",
    by: "as a user whose sudo asks for a password",
    lines: (at) => [address(at), 'user_name = "asked"', key, 'host_password = "secret:sudoPassword"'],
    entered: () => /Accepted publickey for asked/,
  },
  {
    agent: "sudo-free",
    by: "as a user whose sudo asks for nothing",
    lines: (at) => [address(at), 'user_name = "free"', key],
    entered: () => /Accepted publickey for free/,
  },
  {
    agent: "unprivileged",
    by: "as a user without sudo, with a plain process",
    lines: (at) => [address(at), 'user_name = "plain"', key, 'service_manager = "process"'],
    entered: () => /Accepted publickey for plain/,
  },
  {
    agent: "bastion",
    by: "through a bastion, by a name that only the bastion knows",
    lines: ({ bastion }) => [
      'host_ip = "inside.fleet"',
      asRoot,
      key,
      "[agents.agent_info.proxy]",
      `host_ip = "${bastion}"`,
      asRoot,
      'host_password = "secret:bLogin"',
    ],
    entered: ({ bastion }) => new RegExp(`Accepted publickey for root from ${bastion.replaceAll(".", "\\.")} `),
  },
  {
    agent: "ipv6",
    by: "by an IPv6 address",
    lines: ({ host6 }) => [`host_ip = "${host6}"`, asRoot, key],
    entered: ({ host6 }) => new RegExp(`Accepted publickey for root from ${host6.replace(/:[^:]*$/, "")}:`),
  },
];

const sshAgent = { command: "ssh-agent", packageName: "openssh-client", purpose: "logins by ssh-agent" };
const prefix6 = "fd53:7a1e:dee9";

/** Ways in, and everything that disturbs scripts: a banner, start-up files that print, a /tmp where nothing can be executed. */
const makeReady = `set -e
cat > /root/keys
for user in held asked free plain; do useradd -m -s /bin/bash $user; done
chpasswd < /root/keys.pw
echo 'asked ALL=(ALL) ALL' > /etc/sudoers.d/asked
printf 'free ALL=(ALL) NOPASSWD: ALL\\nheld ALL=(ALL) NOPASSWD: ALL\\n' > /etc/sudoers.d/free
for home in /root /home/asked /home/free /home/plain; do
  mkdir -p $home/.ssh && sed -n '1,2p' /root/keys > $home/.ssh/authorized_keys && echo 'echo noise from bashrc; echo noise >&2' > $home/.bashrc
done
mkdir -p /home/held/.ssh && sed -n 3p /root/keys > /home/held/.ssh/authorized_keys
chown -R asked /home/asked; chown -R free /home/free; chown -R plain /home/plain; chown -R held /home/held
chmod 700 /root/.ssh /home/*/.ssh
echo 'echo noise from profile' >> /etc/profile
printf 'Nobody but\\nthose who may\\n' > /etc/ssh/banner
printf 'Banner /etc/ssh/banner\\nPort 22\\nPort 2222\\n' > /etc/ssh/sshd_config.d/access.conf
mount -t tmpfs -o noexec,nosuid tmpfs /tmp
systemctl restart ssh`;

describe("the ways into a host", async () => {
  const skip = (await systemdHostsWork()) ? false : "this machine cannot run systemd hosts";
  let stack: FleetStack;
  let host: Host;
  let places: Places;
  let helpers: OwnedProcesses;
  let agentSocket = "";

  before(async () => {
    if (skip) return;
    stack = await FleetStack.open(["a", "b"]);
    host = stack.host("a");
    const bastion = stack.host("b");
    const file = (name: string) => join(stack.testbed.directory, name);
    const own = await makeKeyPair(file("own.key"));
    const held = await makeKeyPair(file("held.key"));
    execFileSync("ssh-keygen", ["-q", "-t", "rsa", "-N", "open sesame", "-C", "", "-f", file("encrypted.key")]);
    const sudoPassword = "sudo-7be3c1";
    for (const [name, value] of [
      ["key", own.privateKey],
      ["passphrase", "open sesame"],
      ["sudoPassword", sudoPassword],
    ] as const)
      await stack.setSecret(name, value);
    await stack.on(host, "cat > /root/keys.pw", `asked:${sudoPassword}\n`);
    await stack.on(
      host,
      makeReady,
      `${own.publicKey}\n${readFileSync(file("encrypted.key.pub"), "utf8")}${held.publicKey}\n`,
    );
    await stack.on(bastion, `echo '${host.address} inside.fleet' >> /etc/hosts`);

    // The bridge's address goes with the bridge.
    const [bridge = ""] =
      execFileSync("ip", ["-o", "route", "get", host.address], { encoding: "utf8" }).match(/dtbr\d+/) ?? [];
    const host6 = `${prefix6}::2`;
    await mustRun(["ip", "addr", "add", `${prefix6}::1/64`, "dev", bridge, "nodad"]);
    await stack.on(host, `ip addr add ${host6}/64 dev host0 nodad`);
    places = { host: host.address, host6, bastion: bastion.address };

    mkdirSync(file("ssh-agent"));
    helpers = new OwnedProcesses(file("ssh-agent"));
    agentSocket = file("agent.sock");
    await helpers.start({ name: "ssh-agent", argv: [requireCommand(sshAgent), "-D", "-a", agentSocket] });
    const environment = { PATH: process.env.PATH, SSH_AUTH_SOCK: agentSocket };
    await waitFor(() => mustRun(["ssh-add", "-q", file("held.key")], { environment }), {
      timeoutMs: 10_000,
      what: "the ssh-agent to take a key",
    });
    stack.pulumi.environment.SSH_AUTH_SOCK = agentSocket;

    const server = `[server]\nip = "${host.address}"\n`;
    const defaults = stack.head.slice(stack.head.indexOf("[agent_defaults.source]"));
    const entries = accesses.map(({ agent, lines }, index) => {
      const text = lines(places).join("\n").replace("encrypted.key", file("encrypted.key"));
      return `[[agents]]\n[agents.agent_info]\nagent_name = "${agent}"\n${text}\n[agents.api]\nport = ${7900 + index}\n`;
    });
    const elastic = '[elastic]\nelastic_password = "secret:elasticPassword"\n';
    writeFileSync(stack.fleetFile, `${elastic}${server}${defaults}${entries.join("")}`);
  });
  after(async () => {
    if (skip) return;
    await helpers?.close();
    await stack.close();
  });

  test("strict: without keys known before, nothing is entered, and each host and proxy is named", {
    skip,
  }, async () => {
    await stack.pulumi.run(["config", "set", "deeptrace:hostKeys", "strict"]);
    const { code, stdout, stderr } = await stack.run("up", "--yes", "--skip-preview");
    assert.notEqual(code, 0);
    const named = (stdout + stderr).match(/agent "[a-z0-9-]+": agent_info\.(proxy\.)?host_key: got nothing/g);
    assert.equal(new Set(named).size, accesses.length + 1, stdout + stderr);
    assert.deepEqual(
      (await stack.resources()).filter((name) => name.endsWith("-ledger")),
      [],
    );
  });

  test("all of them are gone through by one up, with keys from a known_hosts file with hashed names", {
    skip,
  }, async () => {
    const file = join(stack.testbed.directory, "known_hosts");
    const names = [places.host, `[${places.host}]:2222`, places.host6, "inside.fleet"];
    const bastion = stack.host("b");
    writeFileSync(file, `${names.join(",")} ${host.hostKey}\n${bastion.address} ${bastion.hostKey}\n`);
    execFileSync("ssh-keygen", ["-q", "-H", "-f", file], { stdio: "ignore" });
    await stack.pulumi.run(["config", "set", "deeptrace:knownHosts", file]);
    const { stdout } = await stack.up();
    assert.doesNotMatch(stdout, /on first contact/);
  });

  for (const { agent, by, entered } of accesses) {
    test(`${by}: the agent runs, and the host's log agrees`, { skip }, async () => {
      const isPlain = agent === "unprivileged";
      const { pidFile } = agentLayout(agent, isPlain ? "process" : "systemd");
      assert.match(await stack.on(host, `cat ${pidFile.replace("$HOME", "/home/plain")}`), /^\d+$/);
      assert.match(await stack.on(host, "journalctl -q --no-pager -o cat -t sshd"), entered(places));
    });
  }

  test("a refresh sees every host as it should be", { skip }, async () => {
    assert.deepEqual((await stack.preview("--refresh")).changes, []);
  });

  test("a new key in known_hosts is the new pin, and nothing is restarted for it", { skip }, async () => {
    const pids = () => stack.on(host, "pgrep -f '[a]gent.js' | sort");
    const before = await pids();
    const file = join(stack.testbed.directory, "known_hosts");
    await host.rotateHostKey();
    const { observed } = await stack.preview("--refresh");
    assert.match(observed.key?.service ?? "", /^host key changed: pinned SHA256:\S+, host shows SHA256:/);
    const names = [places.host, `[${places.host}]:2222`, places.host6, "inside.fleet"];
    const bastion = stack.host("b");
    writeFileSync(file, `${names.join(",")} ${host.hostKey}\n${bastion.address} ${bastion.hostKey}\n`);
    await stack.up("--refresh");
    assert.equal(await pids(), before);
    assert.deepEqual((await stack.preview("--refresh")).changes, []);
  });

  test("a destroy goes the same ways, and leaves nothing of ours", { skip }, async () => {
    const { code, stdout } = await stack.run("destroy", "--yes", "--skip-preview");
    assert.equal(code, 0, stdout);
    const left = "ls -d /opt/deeptrace /etc/deeptrace /var/lib/deeptrace /home/plain/.deeptrace 2>/dev/null || true";
    assert.equal(await stack.on(host, left), "");
  });
});
