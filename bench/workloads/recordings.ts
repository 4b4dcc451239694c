import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import { masked } from "./generate";
import { readMessageFile } from "./message-file";
import { readSpanFile } from "./span-file";
import type { Workload } from "./workload";

/** Beside the project unless `DEEPTRACE_RECORDINGS` names another folder. */
const besideProject = resolve(__dirname, "../../../shared/data");

/** Of the demo (`record.ts`). */
const ownFolder = join(__dirname, "recorded");

/** The recordings at hand; only our own, which is said on the console, where the folder of the others is absent. */
export function recordingFiles(): string[] {
  const folder = process.env.DEEPTRACE_RECORDINGS ?? besideProject;
  if (existsSync(folder)) return [...recordingsIn(folder), ...recordingsIn(ownFolder)];
  console.log(`Only the demo's recordings: ${folder} does not exist; DEEPTRACE_RECORDINGS can name another folder.`);
  return recordingsIn(ownFolder);
}

function recordingsIn(folder: string): string[] {
  const isRecording = (name: string) => /\.ndjson(\.gz)?$|-spans\.json(\.gz)?$/.test(name);
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(isRecording);
  return names.map((name) => join(folder, name)).sort();
}

/**
 * The workloads of one recording, of raw messages (`….json`) or of spans (`….ndjson`), either packed by gzip or not: one,
 * and another one with identifiers masked where it shows any. Throws what reading throws, and on other content an error
 * that names the file.
 */
export function readRecording(file: string): Workload[] {
  const name = basename(file).replace(/(-spans)?\.(nd)?json(\.gz)?$/, "");
  const bytes = readFileSync(file);
  try {
    const text = (file.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
    if (/\.ndjson(\.gz)?$/.test(file)) {
      const workload = readSpanFile(text, name);
      return showsIdentifiers(workload) ? [workload, masked(workload)] : [workload];
    }
    return [readMessageFile(text, name, false), readMessageFile(text, name, true)];
  } catch (error) {
    throw new Error(`${file} is no recording of spans or messages: ${(error as Error).message}`);
  }
}

function showsIdentifiers({ processes }: Workload): boolean {
  const exchanges = processes.flatMap(({ traffic }) => [...traffic.requests, ...traffic.calls]);
  return exchanges.some(({ identifiers }) => identifiers.length > 0);
}
