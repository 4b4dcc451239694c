/** Prepares this machine for the testbed: every tool that is not there yet, with one progress line each. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { systemdHostsWork } from "./hosts/systemd-support";
import { closeWithProcess } from "./processes/close-with-process";
import { OwnedProcesses } from "./processes/owned-processes";
import { installPackages } from "./tools/apt-packages";
import { haveTool } from "./tools/cached-tool";
import { officialCommandProvider } from "./tools/command-provider";
import { elasticsearchHome } from "./tools/elasticsearch-home";
import { hostRoot } from "./tools/host-root";
import { lineProgress } from "./tools/progress";
import { installedPulumi, pulumiCli } from "./tools/pulumi-cli";
import { requirements } from "./tools/requirements";

const progress = lineProgress((line) => console.log(line));

async function preparePulumi(installed: string | undefined): Promise<void> {
  const folder = installed ?? (await haveTool(pulumiCli, progress));
  await haveTool(officialCommandProvider(path.join(folder, "pulumi")), progress);
}

async function prepareOthers(systemdHosts: boolean): Promise<void> {
  await haveTool(elasticsearchHome(), progress);
  if (systemdHosts) await haveTool(hostRoot(), progress);
}

async function prepare(): Promise<void> {
  const installed = await installedPulumi();
  const root = process.getuid?.() === 0;
  await installPackages(requirements({ root, pulumiInstalled: installed !== undefined }), progress);
  const systemdHosts = await systemdHostsWork();
  // The build of the CLI mostly waits for downloads at first, so the others cost it little.
  await Promise.all([preparePulumi(installed), prepareOthers(systemdHosts)]);
}

/** Marks all commands of the preparation, so that none outlives it: not on Ctrl-C, not when another one has failed. */
function ownEveryCommand(): OwnedProcesses {
  const processes = new OwnedProcesses(mkdtempSync(path.join(tmpdir(), "deeptrace-preparation-")));
  Object.assign(process.env, processes.mark);
  closeWithProcess(processes);
  return processes;
}

const processes = ownEveryCommand();
prepare()
  .catch((error: Error) => {
    // On Ctrl-C the commands fail because they are being ended, which is no news.
    if (!processes.isClosing) console.error(error.message);
    process.exitCode = 1;
  })
  .finally(() => processes.close())
  // What the failed lane left running has been ended; its half-built folder is removed by the next preparation.
  .finally(() => process.exit());
