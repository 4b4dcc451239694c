import { agentLayout } from "../../infra/host-scripts/host-layout";
import type { Host, PulumiProject } from "../../test/testbed/testbed";
import type { DemoAgent, Deployment } from "./deploy";
import { step } from "./step";

/** Alters one agent's configuration and stops another one by hand, shows what a preview says, and heals it. */
export async function showDriftAndHeal({ agents, pulumi }: Deployment): Promise<void> {
  const [altered, stopped] = agents as [DemoAgent, DemoAgent];
  await step(`by hand: alter the config of ${altered.name}, stop ${stopped.name}`, async () => {
    await alterConfig(altered);
    await stopService(stopped);
  });
  const preview = await pulumi.run(["preview", "--refresh", "--expect-no-changes", "--diff"], { allowFailure: true });
  console.log(`\n$ pulumi preview --refresh --expect-no-changes --diff\n${preview.stdout}${preview.stderr}`);
  if (preview.code === 0) throw new Error("the preview saw no drift");
  const expected = [altered, stopped].flatMap(({ name }, index) => [
    `${name}-ledger`,
    `${name}-${index === 0 ? "config" : "service"}`,
  ]);
  const found = await previewedChanges(pulumi);
  if (found.join() !== expected.sort().join()) {
    throw new Error(`the preview should change ${expected.join(", ")}, but changes ${found.join(", ") || "nothing"}`);
  }
  await step("pulumi up --refresh heals exactly that", () => pulumi.run(["up", "--refresh", "--yes"]));
  await step("pulumi preview --refresh sees no change", () =>
    pulumi.run(["preview", "--refresh", "--expect-no-changes"]),
  );
}

/** As somebody with a shell on the host might. */
async function alterConfig({ name, host }: DemoAgent): Promise<void> {
  const { configFile } = agentLayout(name, host.serviceManager);
  await mustRun(host, `sed -i 's/^batch_size = .*/batch_size = 7/' ${configFile}`);
}

async function stopService({ name, host }: DemoAgent): Promise<void> {
  const { unit, pidFile } = agentLayout(name, host.serviceManager);
  const stop = host.serviceManager === "systemd" ? `systemctl stop ${unit}` : `kill "$(cat ${pidFile})"`;
  await mustRun(host, stop);
}

/** What a preview with refresh would change: the names of the resources, sorted. */
async function previewedChanges(pulumi: PulumiProject): Promise<string[]> {
  const { stdout } = await pulumi.run(["preview", "--refresh", "--json"]);
  const { steps } = JSON.parse(stdout) as { steps: { op: string; urn: string }[] };
  return steps
    .filter(({ op }) => op !== "same" && op !== "refresh" && op !== "read")
    .map(({ urn }) => urn.slice(urn.lastIndexOf("::") + 2))
    .sort();
}

async function mustRun(host: Host, command: string): Promise<void> {
  const { code, stderr } = await host.exec(command);
  if (code !== 0) throw new Error(`${host.name}: "${command}" failed: ${stderr.trim()}`);
}
