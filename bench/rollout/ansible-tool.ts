import path from "node:path";
import { mustRun } from "../../test/testbed/processes/run-command";
import type { CachedTool } from "../../test/testbed/tools/cached-tool";
import { type Requirement, requireCommand } from "../../test/testbed/tools/missing-part";

const version = "2.19.14";

const python: Requirement = { command: "python3", packageName: "python3-venv", purpose: "Ansible, which is raced" };

/** Ansible in a virtual environment of its own. `environment` is that of the commands which make it. */
export function ansibleTool(environment: Record<string, string | undefined>): CachedTool {
  return {
    title: `ansible-core ${version}`,
    folder: `ansible-core-${version}`,
    hint: "about 30 s",
    async build(into) {
      await mustRun([requireCommand(python), "-m", "venv", into], { environment });
      const quietly = ["--quiet", "--disable-pip-version-check", "--no-input"];
      await mustRun([pythonOf(into), "-m", "pip", "install", ...quietly, `ansible-core==${version}`], { environment });
    },
  };
}

/** `ansible-playbook` of a virtual environment. Its own start script names the folder in which it was built, so it is not used. */
export function ansiblePlaybook(home: string): string[] {
  return [pythonOf(home), "-m", "ansible", "playbook"];
}

function pythonOf(home: string): string {
  return path.join(home, "bin", "python3");
}
