import { chmod, copyFile, mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import { version } from "./src/version";

/**
 * Writes the agent's repository into `directory`: `agent.js` (all of the agent in one file, for Node 20 and later), the
 * three scripts, VERSION and README.md. The same sources give the same bytes.
 */
export async function buildRelease(directory: string): Promise<void> {
  const scripts = join(__dirname, "scripts");
  await mkdir(join(directory, "scripts"), { recursive: true });
  await build({
    entryPoints: [join(__dirname, "src", "main.ts")],
    outfile: join(directory, "agent.js"),
    absWorkingDir: __dirname,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    // Readable where it runs, but without the sources' paths.
    minifySyntax: true,
    legalComments: "eof",
    logLevel: "warning",
  });
  for (const name of await readdir(scripts)) {
    await copyFile(join(scripts, name), join(directory, "scripts", name));
    await chmod(join(directory, "scripts", name), 0o755);
  }
  await copyFile(join(__dirname, "README.md"), join(directory, "README.md"));
  await writeFile(join(directory, "VERSION"), `${version}\n`);
}
