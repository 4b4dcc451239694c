import { existsSync, readFileSync } from "node:fs";
import path from "node:path";

/** Hierarchies that systemd keeps its services in: version 2, and its own named one on version 1. */
const SYSTEMD_HIERARCHIES = ["0::", "name=systemd:"];

/**
 * Folders of control groups for one host, made below this process' own groups. Without groups of their own, two
 * containers would share one and stop each other's services.
 *
 * @param membership text of /proc/self/cgroup: `9:name=systemd:/user.slice`
 * @param mounts text of /proc/self/mountinfo
 */
export function controlGroupFolders(membership: string, mounts: string, name: string): string[] {
  const mounted = mounts.split("\n").map((line) => {
    const [before = "", after = ""] = line.split(" - ");
    const [type = "", , options = ""] = after.split(" ");
    return { point: before.split(" ")[4] ?? "", type, options };
  });
  const folders = membership.split("\n").map((line) => {
    const hierarchy = SYSTEMD_HIERARCHIES.find((prefix) => line.replace(/^[1-9]\d*:/, "").startsWith(prefix));
    if (hierarchy === undefined) return undefined;
    const mount = mounted.find(({ type, options }) =>
      hierarchy === "0::" ? type === "cgroup2" : type === "cgroup" && options.includes("name=systemd"),
    );
    return mount && path.join(mount.point, line.slice(line.indexOf(hierarchy) + hierarchy.length), name);
  });
  return folders.filter((folder) => folder !== undefined);
}

/** The same, of this process on this machine. */
export function ownControlGroupFolders(name: string): string[] {
  const text = (file: string) => (existsSync(file) ? readFileSync(file, "utf8") : "");
  return controlGroupFolders(text("/proc/self/cgroup"), text("/proc/self/mountinfo"), name);
}
