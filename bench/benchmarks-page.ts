import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BenchResult } from "./bench-result";

const page = join(__dirname, "..", "docs", "benchmarks.md");

/** Brings the figures of one benchmark in `docs/benchmarks.md` up to date. */
export function updatePage(name: string, result: BenchResult): void {
  if (existsSync(page)) writeFileSync(page, filledIn(readFileSync(page, "utf8"), name, result));
}

/**
 * The page with a benchmark's figures filled in: in its section, headed by its command, the last cell of each row that
 * begins with a figure's key, and the line that says where they were measured.
 */
export function filledIn(text: string, name: string, { commit, machine, figures }: BenchResult): string {
  const sections = text.split(/^(?=## )/m);
  const filled = sections.map((section) => {
    if (!section.startsWith(`## npm run bench -- ${name}\n`)) return section;
    const lines = section.split("\n").map((line) => {
      if (line.startsWith("Measured at ")) return `Measured at ${commit.slice(0, 12)} on ${machine}.`;
      const key = /^\| `([a-z0-9_]+)` \|/.exec(line)?.[1];
      const figure = key === undefined ? undefined : figures[key];
      return figure === undefined ? line : line.replace(/\|[^|]*\|$/, `| ${figure} |`);
    });
    return lines.join("\n");
  });
  return filled.join("");
}
