import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

/** The assembler as one file that needs nothing but Node.js. */
export interface AssemblerBundle {
  readonly file: string;
  /** SHA-256 of its content, hex: the same sources give the same. */
  readonly version: string;
}

/** Bundles `assembler/main.ts` of the project. The file is kept where npm keeps what can be made again. Throws if the sources do not build. */
export async function bundleAssembler(projectRoot: string): Promise<AssemblerBundle> {
  const { outputFiles } = await build({
    absWorkingDir: projectRoot,
    entryPoints: ["assembler/main.ts"],
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    minifySyntax: true,
    minifyWhitespace: true,
    keepNames: true,
    legalComments: "none",
    write: false,
    logLevel: "silent",
  });
  const content = outputFiles[0]?.contents;
  if (!content) throw new Error("esbuild wrote no assembler");
  const version = createHash("sha256").update(content).digest("hex");
  const directory = join(projectRoot, "node_modules", ".cache", "deeptrace");
  mkdirSync(directory, { recursive: true });
  const file = join(directory, `assembler-${version.slice(0, 16)}.js`);
  writeFileSync(file, content);
  return { file, version };
}
