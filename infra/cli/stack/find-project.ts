import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { CliFault } from "../cli-fault";

/** The Pulumi project that a folder is in. */
export interface Project {
  readonly root: string;
  /** Namespace of its configuration. */
  readonly name: string;
}

/** Looks for Pulumi.yaml upwards, as Pulumi does. Throws {@link CliFault} if there is none. */
export function findProject(cwd: string): Project {
  for (let root = path.resolve(cwd); ; root = path.dirname(root)) {
    const file = path.join(root, "Pulumi.yaml");
    if (existsSync(file)) {
      const name = /^name:\s*["']?([A-Za-z0-9_.-]+)/m.exec(readFileSync(file, "utf8"))?.[1];
      if (name === undefined) throw new CliFault(`${file} names no project: it needs a line "name: deeptrace"`);
      return { root, name };
    }
    if (root === path.dirname(root)) {
      throw new CliFault(
        `there is no Pulumi.yaml in ${path.resolve(cwd)} or above: run this in the project's folder, or name that with --cwd`,
      );
    }
  }
}
