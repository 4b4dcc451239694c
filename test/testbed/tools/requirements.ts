import { existsSync } from "node:fs";
import path from "node:path";
import { NGINX } from "../elasticsearch/password-gate";
import { IP } from "../hosts/host-network";
import { SSHD } from "../hosts/process-host";
import { type CachedTool, cacheRoot } from "./cached-tool";
import { elasticsearchHome, MAVEN } from "./elasticsearch-home";
import { GO } from "./go";
import { DEBOOTSTRAP, hostRoot } from "./host-root";
import { JDK } from "./java";
import type { Requirement } from "./missing-part";
import { pulumiCli } from "./pulumi-cli";

const GIT: Requirement = { command: "git", packageName: "git", purpose: "the agent's repository" };
const STRACE: Requirement = { command: "strace", packageName: "strace", purpose: "the demo agent" };
const SSH_KEYGEN: Requirement = { command: "ssh-keygen", packageName: "openssh-client", purpose: "SSH keys of hosts" };
const NSPAWN: Requirement = {
  command: "systemd-nspawn",
  packageName: "systemd-container",
  purpose: "hosts with systemd",
};

function isCached(tool: CachedTool): boolean {
  return existsSync(path.join(cacheRoot(), tool.folder));
}

/** The commands that the testbed runs on this machine; what only builds a tool is not needed once that is cached. */
export function requirements(situation: { root: boolean; pulumiInstalled: boolean }): Requirement[] {
  const buildsPulumi = !situation.pulumiInstalled && !isCached(pulumiCli);
  return [
    GIT,
    STRACE,
    SSH_KEYGEN,
    SSHD,
    NGINX,
    JDK,
    ...(isCached(elasticsearchHome()) ? [] : [MAVEN]),
    ...(buildsPulumi ? [GO] : []),
    ...(situation.root ? [NSPAWN, IP] : []),
    ...(situation.root && !isCached(hostRoot()) ? [DEBOOTSTRAP] : []),
  ];
}
