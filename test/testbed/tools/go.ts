import { chmodSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { mustRun } from "../processes/run-command";
import { type Requirement, requireCommand } from "./missing-part";

export const GO: Requirement = { command: "go", packageName: "golang-go", purpose: "building the Pulumi CLI" };

/** The toolchain that the Pulumi CLI asks for, itself a Go module. */
const TOOLCHAIN = "go1.25.11";
/** From this minor version on, Go fetches the toolchain that a module asks for by itself. */
const FETCHES_TOOLCHAINS = 21;

/** A command of a published Go module. */
export interface GoProgram {
  module: string;
  /** With the leading `v`. */
  version: string;
  /** Package of the command. */
  packagePath: string;
  /** A module's own `replace` lines do not count for those who require it, so they are repeated here. */
  replace?: string[];
}

/** Minor version from what `go version` says: `go version go1.19.8 linux/amd64`. */
export function goMinor(said: string): number {
  return Number(/go1\.(\d+)/.exec(said)?.[1] ?? 0);
}

function environment(): Record<string, string | undefined> {
  // Distributions switch the fetching of toolchains off; a caller's own setting stays.
  return { ...process.env, GOTOOLCHAIN: process.env.GOTOOLCHAIN ?? "auto" };
}

/** Modules carry no execute permission; newer Go restores it in toolchains, an older one does not know of them. */
function makeExecutable(folder: string): void {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) chmodSync(path.join(entry.parentPath, entry.name), 0o755);
}

/** Path of a Go that builds current modules: the installed one, or the toolchain fetched with it where it is too old. */
async function currentGo(work: string): Promise<string> {
  const go = requireCommand(GO);
  const said = await mustRun([go, "version"], { environment: environment() });
  if (goMinor(said.stdout) >= FETCHES_TOOLCHAINS) return go;
  const processor = process.arch === "x64" ? "amd64" : process.arch;
  const module = `golang.org/toolchain@v0.0.1-${TOOLCHAIN}.linux-${processor}`;
  const told = await mustRun([go, "mod", "download", "-json", module], { directory: work });
  const { Dir: folder } = JSON.parse(told.stdout) as { Dir: string };
  for (const part of ["bin", "pkg/tool"]) makeExecutable(path.join(folder, part));
  return path.join(folder, "bin", "go");
}

/** Builds the command into the file given, from a module that only requires it. */
export async function buildGoProgram(program: GoProgram, file: string): Promise<void> {
  const work = `${file}.module`;
  mkdirSync(work, { recursive: true });
  const lines = [
    "module testbed",
    "go 1.19",
    `require ${program.module} ${program.version}`,
    ...(program.replace ?? []).map((each) => `replace ${each}`),
  ];
  writeFileSync(path.join(work, "go.mod"), `${lines.join("\n")}\n`);
  const version = `-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=${program.version}`;
  const flags = ["-mod=mod", "-trimpath", "-buildvcs=false", "-ldflags", `-s -w ${version}`];
  // `-mod=mod` fills in the rest of go.mod; `go mod tidy` would also fetch what only the tests need.
  await mustRun([await currentGo(work), "build", ...flags, "-o", file, program.packagePath], {
    directory: work,
    environment: environment(),
  });
}
