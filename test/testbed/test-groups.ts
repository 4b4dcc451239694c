import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/**
 * Deals test files out to at most so many groups, each of which is written as a file that runs them in one process: to start
 * a process for each of them takes longer than most of them run. Each file is a suite of its own, named by its path and with
 * hooks of its own; neighbours, which tend to be alike in length, go to different groups.
 *
 * @param files by their paths from the working directory.
 */
export function writeTestGroups(files: string[], count: number): { files: string[]; remove: () => void } {
  const directory = mkdtempSync(path.join(tmpdir(), "test-groups-"));
  const groups = Array.from({ length: Math.min(count, files.length) }, (_, index) => {
    const group = path.join(directory, `${index}.cjs`);
    const own = files.filter((_, position) => position % count === index);
    // Loaded while the suite is being described, which makes it the parent of all that the file declares.
    const suites = own.map(
      (file) => `describe(${JSON.stringify(file)}, () => require(${JSON.stringify(path.resolve(file))}));`,
    );
    writeFileSync(group, ['const { describe } = require("node:test");', ...suites, ""].join("\n"));
    return group;
  });
  return { files: groups, remove: () => rmSync(directory, { recursive: true, force: true }) };
}
