import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { renderAssemblerToml } from "../../../assembler/settings/assembler-settings";
import { bundleAssembler } from "../../../infra/components/assembler-bundle";
import { assemblerBundle, assemblerLayout } from "../../../infra/host-scripts/host-layout";
import { assemblerProgram } from "../../../infra/host-scripts/managed-program";
import { unitText } from "../../../infra/host-scripts/unit-text";
import { systemdHostsWork } from "../../testbed/hosts/systemd-support";
import type { Host } from "../../testbed/parts";
import { openTestbed, type RunningElasticsearch, type Testbed } from "../../testbed/testbed";
import { waitFor } from "../../testbed/wait-for";

const layout = assemblerLayout("systemd");
const { unit } = layout;

describe("the assembler's unit on a real host", async () => {
  const skip = (await systemdHostsWork()) ? false : "this machine cannot run systemd hosts";
  let testbed: Testbed;
  let host: Host;
  let elasticsearch: RunningElasticsearch;

  const on = async (command: string, stdin?: string): Promise<string> => {
    const { code, stdout, stderr } = await host.exec(command, stdin === undefined ? {} : { stdin });
    assert.equal(code, 0, `${command}: ${stdout}${stderr}`);
    return stdout.trim();
  };
  const put = (file: string, text: string) =>
    on(`mkdir -p ${path.dirname(file)} && (umask 077 && cat > ${file})`, text);
  const show = (property: string) => on(`systemctl show ${unit} -p ${property} --value`);
  const journal = () => on(`journalctl -u ${unit} --no-pager -o cat`);
  const until = (what: string, ask: () => Promise<boolean>) => waitFor(ask, { timeoutMs: 90_000, everyMs: 300, what });
  const configure = (settings: object) => {
    const { url, username, password } = elasticsearch;
    return put(layout.configFile, renderAssemblerToml({ elastic: { url, username, password }, ...settings }));
  };

  before(async () => {
    if (skip) return;
    testbed = await openTestbed({ hosts: "systemd" });
    [host, elasticsearch] = await Promise.all([testbed.host("assembler"), testbed.elasticsearch()]);
    const program = assemblerProgram(layout, "systemd", { address: "127.0.0.1", port: 7900 }, host.node);
    const { file } = await bundleAssembler(path.resolve(__dirname, "../../.."));
    await put(assemblerBundle(layout), readFileSync(file, "utf8"));
    await on(`chmod -R a+rX ${layout.baseDirectory}`);
    await put(layout.unitFile, unitText(program));
    // A watchdog that a test can wait for.
    await put(`${layout.unitFile}.d/test.conf`, "[Service]\nWatchdogSec=9\n");
    await configure({});
    await on("systemctl daemon-reload");
  });
  after(async () => {
    if (!skip) await testbed.close();
  });

  test("starts as soon as it says that it is ready, and tells what it does", { skip }, async () => {
    await on(`systemctl start ${unit}`);
    assert.equal(await show("ActiveState"), "active");
    assert.equal(await show("Type"), "notify");
    await until("it to be active", async () => (await show("StatusText")) === "active, automatic");
    const exposure = await on(`systemd-analyze security --no-pager ${unit} | tail -n 1`);
    assert.ok(Number(/: ([\d.]+) /.exec(exposure)?.[1]) <= 2.0, exposure);
  });

  test("takes a changed configuration by systemctl reload, and keeps the old one when it cannot", {
    skip,
  }, async () => {
    const pid = await show("MainPID");
    await configure({ log: { level: "debug" }, mode: "maintenance" });
    await on(`systemctl reload ${unit}`);
    await until("the reload", async () => (await journal()).includes('"fields":["mode","log.level"]'));
    await until("the mode", async () => (await show("StatusText")) === "active, maintenance");
    await configure({ name: "other" });
    await on(`systemctl reload ${unit}`);
    await until("the refusal", async () => (await journal()).includes("this takes a restart"));
    await configure({ mode: "maintenance" });
    await on(`systemctl reload ${unit}`);
    assert.equal(await show("MainPID"), pid);
    assert.equal((await journal()).includes(elasticsearch.password), false);
  });

  test("is started again by the watchdog when it hangs, and not before", { skip }, async () => {
    const pid = await show("MainPID");
    await until("it to outlive its watchdog", async () => Number(await on(`ps -o etimes= -p ${pid}`)) >= 12);
    assert.equal(await show("NRestarts"), "0", "it is fed");
    await on(`kill -STOP ${pid}`);
    await until("another process", async () => !["0", pid].includes(await show("MainPID")));
    await until("it to be active", async () => (await show("StatusText")) === "active, maintenance");
    assert.match(await journal(), /[Ww]atchdog timeout/);
  });

  test("stops cleanly", { skip }, async () => {
    await on(`systemctl stop ${unit}`);
    assert.equal(await show("Result"), "success");
    assert.match(await journal(), /"msg":"stopped"/);
  });
});
