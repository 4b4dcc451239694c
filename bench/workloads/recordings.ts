import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import { readMessageFile } from "./message-file";
import { readSpanFile } from "./span-file";
import type { Workload } from "./workload";

/** Beside the project unless `DEEPTRACE_RECORDINGS` names another folder. */
const besideProject = resolve(__dirname, "../../../shared/data");

/** The recordings at hand; none, said on the console, where their folder is absent. */
export function recordingFiles(): string[] {
  const folder = process.env.DEEPTRACE_RECORDINGS ?? besideProject;
  if (!existsSync(folder)) {
    console.log(`No recordings: ${folder} does not exist; DEEPTRACE_RECORDINGS can name another folder.`);
    return [];
  }
  const isRecording = (name: string) => /\.ndjson(\.gz)?$|-spans\.json(\.gz)?$/.test(name);
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(isRecording);
  return names.map((name) => join(folder, name)).sort();
}

/**
 * The workloads of one recording: of raw messages (`….json`) two, as recorded and with identifiers masked; of spans
 * (`….ndjson`) one. Either may be packed by gzip. Throws what reading throws, and on other content an error that names
 * the file.
 */
export function readRecording(file: string): Workload[] {
  const name = basename(file).replace(/(-spans)?\.(nd)?json(\.gz)?$/, "");
  const bytes = readFileSync(file);
  try {
    const text = (file.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
    if (/\.ndjson(\.gz)?$/.test(file)) return [readSpanFile(text, name)];
    return [readMessageFile(text, name, false), readMessageFile(text, name, true)];
  } catch (error) {
    throw new Error(`${file} is no recording of spans or messages: ${(error as Error).message}`);
  }
}
