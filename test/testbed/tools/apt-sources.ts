import { readFileSync } from "node:fs";
import { mustRun, runCommand } from "../processes/run-command";

/** Code name in the text of /etc/os-release, e.g. `bookworm`. */
export function codeName(osRelease: string): string | undefined {
  return /^VERSION_CODENAME="?([a-z]+)"?$/m.exec(osRelease)?.[1];
}

/** Code name of the Debian or Ubuntu release that this machine runs. */
export function debianRelease(): string {
  const release = codeName(readFileSync("/etc/os-release", "utf8"));
  if (release === undefined)
    throw new Error("/etc/os-release names no VERSION_CODENAME: hosts with systemd need Debian or Ubuntu");
  return release;
}

/**
 * First address that serves the main archive of `release`.
 *
 * @param targets lines `<release> <component> <address>`, one per package index that apt knows
 */
export function mirrorOf(release: string, targets: string): string | undefined {
  const lines = targets.split("\n").map((line) => line.split(" "));
  return lines.find(([name, component]) => name === release && component === "main")?.[2];
}

/** Where this machine's own apt gets its packages from. */
export async function packageMirror(release: string): Promise<string> {
  const format = "$(CODENAME) $(COMPONENT) $(REPO_URI)";
  const { stdout } = await mustRun(["apt-get", "indextargets", "--format", format, "Created-By: Packages"]);
  const mirror = mirrorOf(release, stdout);
  if (mirror === undefined)
    throw new Error(`apt knows no source of ${release} main: check /etc/apt/sources.list* and run: apt-get update`);
  return mirror;
}

/** apt's proxy, if it has one, as the environment that debootstrap reads. */
export async function packageProxy(): Promise<Record<string, string>> {
  const { stdout } = await runCommand(["apt-config", "dump", "--format", "%v", "Acquire::http::Proxy"]);
  const proxy = stdout.trim();
  return proxy === "" || proxy === "DIRECT" ? {} : { http_proxy: proxy };
}
