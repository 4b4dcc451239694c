import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ElasticConnection } from "../../../assembler/elastic/elastic-connection";
import { setUpIndices } from "../../../assembler/elastic/index-setup";
import { agentLayout } from "../../../infra/host-scripts/host-layout";
import { systemdHostsWork } from "../../testbed/hosts/systemd-support";
import type { Host, RunningElasticsearch } from "../../testbed/testbed";
import { waitFor } from "../../testbed/wait-for";
import { DeeptraceCli } from "./deeptrace-cli";
import { type FleetAgent, FleetStack } from "./fleet-stack";

const sudoer = "ops";
const sudoPassword = "sudo-0b7d53f1c9aa";
const watchDirectory = "/run/secret-watch";

/** Looks through the command lines of all processes without a pause, as ps shows them. */
const watcher = `cd ${watchDirectory}
: >found
while :; do
  grep -laFf secrets /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null >>found
  echo x >>looks
done
`;

describe("npx deeptrace agents", async () => {
  const skip = (await systemdHostsWork()) ? false : "this machine cannot run systemd hosts";
  let stack: FleetStack;
  let elasticsearch: RunningElasticsearch;
  let cli: DeeptraceCli;
  let a: FleetAgent;
  let b: FleetAgent;

  /** The fleet file: `a` by root, `b` by a user with sudo; `more` is TOML after the entry of `a`. */
  function write(more = ""): void {
    stack.write([
      { ...a, more },
      { ...b, login: `user_name = "${sudoer}"\nhost_password = "secret:sudoPassword"\ntags = ["edge"]` },
    ]);
  }

  before(async () => {
    if (skip) return;
    stack = await FleetStack.open(["a", "b"]);
    elasticsearch = await stack.testbed.elasticsearch();
    cli = new DeeptraceCli(stack.pulumi);
    const [hostA, hostB] = stack.hosts as [Host, Host];
    a = { name: "a", host: hostA, login: `user_name = "root"\n${stack.login(hostA)}\ntags = ["edge", "eu"]` };
    b = { name: "b", host: hostB };
    await stack.setSecret("elasticPassword", elasticsearch.password);
    await stack.setSecret("sudoPassword", sudoPassword);
    stack.head = stack.head.replace("[server]", `url = "${elasticsearch.url}"\n[server]`);
    await stack.on(
      hostB,
      `useradd -m -s /bin/sh ${sudoer} && echo '${sudoer} ALL=(ALL) ALL' >/etc/sudoers.d/${sudoer} && cat >/run/pw && chpasswd </run/pw && rm /run/pw`,
      `${sudoer}:${sudoPassword}\n`,
    );
    write();
    await stack.up();
    const secrets = [elasticsearch.password, sudoPassword, hostA.password].join("\n");
    for (const host of stack.hosts) {
      await stack.on(host, `mkdir -m 700 ${watchDirectory} && cat >${watchDirectory}/secrets`, `${secrets}\n`);
      await host.start("secret-watch", watcher);
    }
  });
  after(async () => {
    if (!skip) await stack.close();
  });

  test("status says of each agent that it is as it should be, and ends with 0", { skip }, async () => {
    const { code, stdout, stderr } = await cli.run("status");
    assert.equal(code, 0, stdout + stderr);
    const version = (await stack.testbed.agentRepository()).commit.slice(0, 12);
    const [first, second, last] = stdout.split("\n");
    assert.match(first ?? "", new RegExp(`^a +${a.host.address}:22 +ok +${version} since 20.*Z, 0 spans sent$`));
    assert.match(second ?? "", /^b .* ok /);
    assert.equal(last, "2 agents: 2 ok");
  });

  test("status has the same for programs", { skip }, async () => {
    const { code, document, agents } = await cli.json("status", "a");
    assert.equal(code, 0);
    assert.deepEqual([document.command, document.exitCode], ["status", 0]);
    assert.deepEqual(Object.keys(agents), ["a"]);
    assert.deepEqual(agents.a?.tags, ["edge", "eu"]);
    assert.deepEqual((agents.a?.api as Record<string, unknown> | undefined)?.answers, true);
  });

  test("stop stops the agents of a tag alone; status and the next preview see it, and start undoes it", {
    skip,
  }, async () => {
    const stopped = await cli.run("stop", "--tag", "edge", "--tag", "eu");
    assert.equal(stopped.code, 0, stopped.stderr);
    assert.match(stopped.stdout, /^a .* stopped +stopped\n1 agent: 1 stopped\n$/);
    const { code, agents } = await cli.json("status");
    assert.deepEqual([code, agents.a?.state, agents.b?.state], [1, "stopped", "ok"]);
    assert.match((await stack.preview("--refresh")).observed.a?.service ?? "", /^inactive \(stopped\)/);

    assert.equal((await cli.json("stop", "a")).agents.a?.did, "was stopped already");
    assert.equal((await cli.json("start")).agents.a?.did, "started");
    assert.equal((await cli.json("start")).agents.a?.did, "ran already");
    assert.deepEqual((await stack.preview("--refresh")).changes, []);
  });

  test("restart gives each agent a new process and leaves nothing for a rollout to mend", { skip }, async () => {
    const before = await Promise.all([a, b].map((agent) => stack.pid(agent)));
    const { code, agents } = await cli.json("restart");
    assert.deepEqual([code, agents.a?.did, agents.b?.did], [0, "restarted", "restarted"]);
    const pids = await Promise.all([a, b].map((agent) => stack.pid(agent)));
    assert.ok(pids[0] !== before[0] && pids[1] !== before[1]);
    assert.deepEqual((await stack.preview("--refresh")).changes, []);
  });

  test("logs prints the last lines of each, and follows all until Ctrl-C without leaving a process behind", {
    skip,
  }, async () => {
    const last = await cli.run("logs", "--lines", "2");
    assert.equal(last.code, 0, last.stderr);
    assert.match(last.stdout, /^(?:a \| .*\n){2}(?:b \| .*\n){2}$/);
    assert.match(last.stdout, /agent started/);

    const following = cli.begin("logs", "--follow", "--lines", "1");
    await waitFor(async () => /^a \|/m.test(following.output()) && /^b \|/m.test(following.output()), {
      timeoutMs: 20_000,
      what: "the last lines of both",
    });
    await stack.on(a.host, "systemctl restart deeptrace-agent@a");
    await waitFor(async () => /^a \| .*agent stopped/m.test(following.output()), {
      timeoutMs: 20_000,
      what: "a new line",
    });
    assert.equal(await following.interrupt(), 0, following.output());
    for (const host of stack.hosts) assert.equal(await stack.on(host, "pgrep -x journalctl || true"), "");
  });

  test("update-config brings a configuration live where it can be, by a restart where it must", { skip }, async () => {
    assert.equal((await cli.json("update-config")).agents.a?.outcome, "unchanged");
    const pid = await stack.pid(a);
    write("[agents.config.sender]\nbatch_size = 16");
    const live = await cli.json("update-config");
    assert.deepEqual([live.agents.a?.outcome, live.agents.b?.outcome, live.code], ["taken live", "unchanged", 0]);
    assert.equal(await stack.pid(a), pid);
    write("[agents.config.agent]\nworkers = 2");
    assert.equal((await cli.json("update-config", "a")).agents.a?.outcome, "restarted");
    assert.match(await stack.on(a.host, `cat ${agentLayout("a", "systemd").configFile}`), /workers = 2/);
    assert.equal((await cli.json("status")).code, 0);
    write("[agents.config.sender]\nbatch_size = 16");
    assert.equal((await cli.json("update-config", "a")).agents.a?.outcome, "restarted");
    const last = await stack.pid(a);
    await stack.up();
    assert.equal(await stack.pid(a), last);
    assert.deepEqual((await stack.preview("--refresh")).changes, []);
  });

  test("test passes on a good host, says what to do about a bad one, and ends with 1", { skip }, async () => {
    const good = await cli.json("test");
    const results = (name: string) =>
      ((good.agents[name]?.checks ?? []) as { check: string; result: string }[]).filter(
        ({ result }) => result === "failed",
      );
    assert.deepEqual([good.code, results("a"), results("b")], [0, [], []]);

    assert.equal((await cli.run("stop", "a")).code, 0);
    await a.host.start("squatter", `exec python3 -m http.server --directory /var/empty ${stack.port(a.host)}`);
    await waitFor(
      async () =>
        (await stack.on(
          a.host,
          `curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1:${stack.port(a.host)} || true`,
        )) !== "000",
      {
        timeoutMs: 10_000,
        what: "the squatter",
      },
    );
    const bad = await cli.run("test");
    assert.equal(bad.code, 1);
    assert.match(
      bad.stdout,
      /^ +FAILED +port +\d+ is taken by python3 \(process \d+\): end that program, or set another port in/m,
    );
    assert.match(bad.stdout, /^b .* (ok|warning) /m);
    await stack.on(a.host, "systemctl stop squatter");

    await elasticsearch.stop();
    const away = await cli.run("test", "b");
    assert.equal(away.code, 1);
    assert.match(away.stdout, /FAILED +elasticsearch +http.* answers 502: is it up/);
    await elasticsearch.start();
    assert.equal((await cli.run("start", "a")).code, 0);
  });

  test("plan says what would be touched, live or by a restart, and what goes blind meanwhile", { skip }, async () => {
    assert.match((await cli.run("plan", "--refresh")).stdout, /^0 hosts touched; 2 agents left as they are\n/);
    await storeTraffic(elasticsearch);
    write("[agents.config.sender]\nbatch_size = 8");
    const live = await cli.json("plan");
    assert.deepEqual([live.agents.a?.effect, live.agents.b, live.code], ["live", undefined, 0]);
    write();
    await (await stack.testbed.agentRepository()).publish({ VERSION: "9.9.9\n" });
    const { code, agents, document } = await cli.json("plan");
    assert.equal(code, 0);
    assert.deepEqual([agents.a?.effect, agents.b?.effect], ["restart", "restart"]);
    assert.deepEqual([agents.a?.services, agents.a?.tracesTouched], [["cart", "frontend"], 3]);
    assert.deepEqual([agents.b?.services, agents.b?.tracesTouched], [["backend"], 1]);
    assert.deepEqual(document.blind, { windowMinutes: 15, traces: 4, tracesTouched: 3 });
    await elasticsearch.stop();
    const without = await cli.run("plan", "a");
    assert.equal(without.code, 0);
    assert.match(without.stdout, /^a .* restart .*\n1 host touched: .*\nwhich services go blind cannot be told: /m);
  });

  test("a host that is cut off hides nothing of the others, and ends with 3", { skip }, async () => {
    await b.host.cutNetwork();
    const { code, agents } = await cli.json("status");
    await b.host.restoreNetwork();
    assert.deepEqual([code, agents.a?.state, agents.b?.state], [3, "drifted", "unreachable"]);
    assert.match(agents.b?.summary ?? "", /unreachable: connect ETIMEDOUT after 10 s: is the host up/);
  });

  test("a host that shows another key is refused, as a rollout refuses it", { skip }, async () => {
    await b.host.rotateHostKey();
    const { code, agents } = await cli.json("restart", "b");
    assert.equal(code, 3);
    assert.match(agents.b?.summary ?? "", /host key changed: pinned SHA256:.*If the host was rebuilt, set host_key = /);
  });

  test("an unknown agent, tag or stack ends with 2 before any host is touched", { skip }, async () => {
    const cases: [string[], RegExp][] = [
      [["stop", "nobody"], /^no agent "nobody" \(the fleet file has a, b\)\n$/],
      [["stop", "--tag", "egde"], /do you mean "edge"/],
      [["status", "--stack", "nowhere"], /no stack named 'nowhere' found/],
    ];
    for (const [args, message] of cases) {
      const { code, stdout, stderr } = await cli.run(...args);
      assert.deepEqual([code, stdout], [2, ""]);
      assert.match(stderr, message);
    }
  });

  test("no secret was in any output, nor in a command line on a host", { skip }, async () => {
    for (const secret of [elasticsearch.password, sudoPassword, a.host.password ?? ""]) {
      assert.ok(!cli.printed.includes(secret));
    }
    for (const host of stack.hosts) {
      assert.equal(await stack.on(host, `cat ${watchDirectory}/found`), "");
      assert.ok(Number(await stack.on(host, `wc -l <${watchDirectory}/looks`)) > 100);
    }
  });
});

/** Spans of three services on two agents, one of which writes flat documents, and four traces, one of which holds none of these services. */
async function storeTraffic({ url, username, password }: RunningElasticsearch): Promise<void> {
  const connection = new ElasticConnection({ url, username, password });
  try {
    await setUpIndices(connection);
    const now = `${Date.now()}000000`;
    const put = (path: string, body: object) =>
      connection.ask({ method: "PUT", path, query: { refresh: "true" }, body });
    const span = (component: string) => ({ tag: { ebpf_tag: { component } }, metric: { start_time: now } });
    await put("/spans_a/_doc/1", span("frontend"));
    await put("/spans_a/_doc/2", span("cart"));
    await put("/spans_b/_doc/1", { component: "backend", start_time: now });
    const traces = [["frontend"], ["frontend", "backend"], ["cart"], ["billing"]];
    for (const [id, services] of traces.entries()) await put(`/traces/_doc/${id}`, { start_time: now, services });
  } finally {
    await connection.close();
  }
}
