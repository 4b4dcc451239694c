import assert from "node:assert/strict";
import { test } from "node:test";
import { clockOffset } from "../../../infra/cli/clock-offset";
import { judgeHost } from "../../../infra/cli/judge-host";
import { agentSpec } from "./agent-spec";

const good: Record<string, string> = {
  uid: "0",
  kernel: "Linux 6.1.0",
  btf: "yes",
  systemd: "yes",
  tools: "git flock timeout curl wget bash sha256sum base64 setsid nohup",
  "disk.program": "9000000 writable /opt",
  "disk.config": "9000000 writable /etc",
  "disk.state": "9000000 writable /var/lib",
  "git.code": "0",
  "elastic.code": "200",
  port: "free",
};
const judge = (changed: Record<string, string | undefined>, manager: "systemd" | "process" = "systemd") => {
  const facts = new Map(
    Object.entries({ ...good, ...changed }).filter((each): each is [string, string] => each[1] !== undefined),
  );
  return judgeHost(agentSpec({ serviceManager: manager }), { facts, clock: { offsetMs: 3, errorMs: 4 } });
};

test("a good host passes every check, and nothing is advised", () => {
  const checks = judge({});
  assert.deepEqual(
    checks.map(({ check, result, advice }) => [check, result, advice]),
    ["sudo", "systemd", "tools", "git", "disk", "kernel", "elasticsearch", "port", "clock"].map((name) => [
      name,
      "ok",
      undefined,
    ]),
  );
});

const cases: [string, Record<string, string | undefined>, string, "warning" | "failed", RegExp][] = [
  ["no root", { uid: "1000" }, "sudo", "failed", /become = true/],
  ["no systemd", { systemd: "no" }, "systemd", "failed", /service_manager = "process"/],
  ["no timeout", { tools: "git flock curl sha256sum base64" }, "tools", "failed", /install timeout/],
  ["no flock", { tools: "git timeout curl sha256sum base64" }, "tools", "warning", /util-linux/],
  ["no git", { "git.code": undefined }, "git", "failed", /apt-get install git/],
  [
    "a repository out of reach",
    { "git.code": "128", "git.words": "fatal: unable to connect" },
    "git",
    "failed",
    /firewall/,
  ],
  ["a full disk", { "disk.state": "100 writable /var/lib" }, "disk", "failed", /free 200 MiB/],
  ["a disk smaller than the spool", { "disk.state": "500000 writable /var/lib" }, "disk", "warning", /file_size_limit/],
  ["a read-only disk", { "disk.program": "9000000 read-only /opt" }, "disk", "failed", /writable/],
  ["a kernel without BTF", { btf: "no" }, "kernel", "warning", /CONFIG_DEBUG_INFO_BTF/],
  ["an old kernel", { kernel: "Linux 4.19.0" }, "kernel", "warning", /5\.8/],
  ["a wrong password", { "elastic.code": "401" }, "elasticsearch", "failed", /elastic_password/],
  [
    "no Elasticsearch",
    { "elastic.code": "000", "elastic.words": "curl: (7) refused" },
    "elasticsearch",
    "failed",
    /firewall/,
  ],
  ["a port of others", { port: "taken", "port.by": "nginx (process 7)" }, "port", "failed", /\[agents\.api\]/],
];
for (const [what, changed, name, result, advice] of cases) {
  test(`${what}: ${name} is "${result}", with what to do`, () => {
    const checks = judge(changed);
    const found = checks.find(({ check }) => check === name);
    assert.equal(found?.result, result);
    assert.match(found?.advice ?? "", advice);
    assert.deepEqual(checks.filter((each) => each.result !== "ok").length, 1);
  });
}

test("a plain process needs neither root nor systemd", () => {
  assert.ok(judge({ uid: "1000", systemd: "no" }, "process").every(({ result }) => result === "ok"));
});

test("a clock is judged only as far as it is known for certain", () => {
  const clockOf = (offsetMs: number, errorMs: number) =>
    judgeHost(agentSpec(), { facts: new Map(Object.entries(good)), clock: { offsetMs, errorMs } }).at(-1)?.result;
  assert.equal(clockOf(-900, 20), "warning");
  assert.equal(clockOf(900, 600), "ok");
  assert.equal(clockOf(90_000, 20), "failed");
});

test("the clock's offset comes from the shortest exchange, half of the way each", () => {
  const exchanges = [
    { asked: 1_000_000_000_000, answer: "1000000000700000000\n", answered: 1_000_000_001_000 },
    { asked: 1_000_000_002_000, answer: "1000000002210000000\n", answered: 1_000_000_002_020 },
  ];
  assert.deepEqual(clockOffset(exchanges), { offsetMs: 200, errorMs: 10 });
});

test("a host whose date knows no nanoseconds is known to half a second, and one without date not at all", () => {
  const second = { asked: 1_000_000_000_400, answer: "1000000000N\n", answered: 1_000_000_000_420 };
  assert.deepEqual(clockOffset([second]), { offsetMs: 90, errorMs: 510 });
  assert.equal(clockOffset([{ asked: 1, answer: "sh: date: not found", answered: 2 }]), undefined);
});
