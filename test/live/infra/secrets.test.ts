import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { agentLayout } from "../../../infra/host-scripts/host-layout";
import { systemdHostsWork } from "../../testbed/hosts/systemd-support";
import type { Host } from "../../testbed/testbed";
import { waitFor } from "../../testbed/wait-for";
import { FleetStack } from "./fleet-stack";

const sudoer = "ops";
const sudoPassword = "sudo-41f2a9c07be3";
const canary = "canary-7d1c20b4e6f8";
const watchDirectory = "/run/secret-watch";

/** Looks through command lines and environments of all processes without a pause; its own holds only the path of the list. */
const watcher = `cd ${watchDirectory}
: >found
looks=0
while [ ! -e stop ]; do
  grep -laFf secrets /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null | while IFS= read -r file; do
    { printf '%s: ' "$file"; tr '\\0' ' ' <"$file"; echo; } >>found 2>/dev/null
  done
  looks=$((looks + 1))
  echo "$looks" >looks
done
`;

describe("secrets", async () => {
  // Hosts without a process list of their own share it with Pulumi itself, whose program gets its configuration by the environment.
  const skip = (await systemdHostsWork()) ? false : "this machine cannot run systemd hosts";
  let stack: FleetStack;
  let secrets: string[] = [];
  /** Everything that Pulumi printed. */
  const printed: { command: string; text: string }[] = [];

  before(async () => {
    if (skip) return;
    stack = await FleetStack.open(["a", "b"]);
    const [a, b] = stack.hosts as [Host, Host];
    await stack.on(
      b,
      `useradd -m -s /bin/sh ${sudoer} && echo '${sudoer} ALL=(ALL) ALL' >/etc/sudoers.d/${sudoer} && cat >/run/pw && chpasswd </run/pw && rm /run/pw`,
      `${sudoer}:${sudoPassword}\n`,
    );
    await stack.setSecret("sudoPassword", sudoPassword);
    secrets = [stack.elasticPassword, sudoPassword, a.password ?? "", canary];
    const server = `user_name = "root"\n${stack.login(a)}\n`;
    stack.head = stack.head.replace("[agent_defaults.source]", `${server}[agent_defaults.source]`);
    stack.write([
      { name: "a", host: a },
      { name: "b", host: b, login: `user_name = "${sudoer}"\nhost_password = "secret:sudoPassword"` },
    ]);
    for (const host of stack.hosts) {
      await stack.on(
        host,
        `mkdir -m 700 ${watchDirectory} && cat >${watchDirectory}/secrets`,
        `${secrets.join("\n")}\n`,
      );
      await host.start("secret-watch", watcher);
    }
  });
  after(async () => {
    if (!skip) await stack.close();
  });

  async function pulumi(...args: string[]): Promise<void> {
    const { code, stdout, stderr } = await stack.run(...args);
    printed.push({ command: args.join(" "), text: stdout + stderr });
    assert.equal(code, 0, stdout + stderr);
  }

  function assertNoSecret(text: string, where: string): void {
    for (const secret of secrets) {
      const forms = { plain: secret, base64: Buffer.from(secret).toString("base64").replace(/=+$/, "").slice(0, -1) };
      for (const [form, value] of Object.entries(forms)) {
        const at = text.indexOf(value);
        assert.equal(at, -1, `a secret (${form}) in ${where}: …${text.slice(Math.max(0, at - 200), at)}`);
      }
    }
  }

  test("a rollout with passwords, sudo, drift, heal, a rotated password and a teardown works", { skip }, async () => {
    await pulumi("preview", "--diff");
    await pulumi("up", "--yes", "--diff");
    const b = stack.host("b");
    const { configFile } = agentLayout("b", "systemd");
    await stack.on(
      b,
      `sed -i 's/^password = .*/password = "altered"/; s/^username = .*/username = "altered"/' ${configFile}`,
    );
    await pulumi("preview", "--refresh", "--json");
    await pulumi("refresh", "--yes", "--diff");
    // From 9 on the engine itself logs every property that it moves, whatever the program.
    await pulumi("up", "--yes", "--json", "--skip-preview", "-v=8", "--logtostderr");
    secrets.push("rotated-93b8d1f0a2c4");
    await stack.setSecret("elasticPassword", "rotated-93b8d1f0a2c4");
    for (const host of stack.hosts) await stack.on(host, `cat >>${watchDirectory}/secrets`, "rotated-93b8d1f0a2c4\n");
    await pulumi("up", "--yes", "--diff");
    assert.match(await stack.on(b, `cat ${configFile}`), /rotated-93b8d1f0a2c4/);
    await pulumi("stack", "output", "--json");
    await pulumi("stack", "export");
    await pulumi("destroy", "--yes", "--diff");
    await pulumi("up", "--yes", "--skip-preview");
  });

  test("no process of any host ever had a secret in its command line or environment", { skip }, async () => {
    for (const host of stack.hosts) {
      const found = () => stack.on(host, `cat ${watchDirectory}/found`);
      assert.equal(await found(), "");
      const looks = Number(await stack.on(host, `cat ${watchDirectory}/looks`));
      assert.ok(looks > 100, `the watch looked only ${looks} times`);
      // The watch does see what there is to see.
      await host.start("canary", `sleep 5 # ${canary}\nexec env CANARY=${canary} sleep 5`);
      await waitFor(async () => (await found()).includes(canary), {
        timeoutMs: 20_000,
        what: "the watch to see the canary",
      });
      await stack.on(host, `touch ${watchDirectory}/stop`);
    }
  });

  test("nothing that Pulumi printed holds a secret, not even a verbose log", { skip }, () => {
    for (const { command, text } of printed) assertNoSecret(text, `the output of pulumi ${command}`);
  });

  test("nothing in the backend holds a secret in clear: state, history, backups", { skip }, () => {
    const backend = fileURLToPath(stack.pulumi.environment.PULUMI_BACKEND_URL ?? "");
    const files = readdirSync(backend, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    assert.ok(files.length > 3);
    for (const { parentPath, name } of files) {
      const file = join(parentPath, name);
      assertNoSecret(readFileSync(file, "latin1"), file);
    }
    assertNoSecret(readFileSync(stack.pulumi.stackFile, "utf8"), stack.pulumi.stackFile);
  });

  test("no log of any host holds a secret, and the only files that do are readable by root alone", {
    skip,
  }, async () => {
    for (const host of stack.hosts) {
      assertNoSecret(await stack.on(host, "journalctl --no-pager -o export | cat"), `the journal of ${host.name}`);
      const list = `${watchDirectory}/secrets`;
      const places = "/opt /etc /var /home /root /tmp /run";
      const files = await stack.on(
        host,
        `grep -rlaFf ${list} ${places} 2>/dev/null | grep -v ^${watchDirectory} || true`,
      );
      const expected = [`/etc/deeptrace/agents/${host.name}/deeptrace.toml`];
      if (host.name === "a")
        expected.push(
          "/etc/deeptrace/assembler/assembler.toml",
          "/run/credentials/deeptrace-assembler.service/assembler.toml",
        );
      const own = files.split("\n").filter((file) => !file.startsWith("/run/testbed/"));
      assert.deepEqual(own.sort(), expected.sort());
      for (const file of own.filter((path) => path.startsWith("/etc"))) {
        assert.equal(await stack.on(host, `stat -c '%a %U' ${file}`), "600 root");
      }
    }
  });
});
