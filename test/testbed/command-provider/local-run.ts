import { spawn } from "node:child_process";
import { createInterface, type Interface } from "node:readline";
import type { Properties } from "../../../infra/provider-server/property-value";
import type { ResourceCall } from "../../../infra/provider-server/resource-handler";
import type { Outputs } from "./command-handler";
import { failureText, kept, previousOutputs, shownStreams, variables } from "./run-report";

/** Output files are the one thing of local commands that the stand-in does not have. */
export function checkLocal(inputs: Properties): { inputs: Properties; faults: string[] } {
  const missing = ["assetPaths", "archivePaths"].filter((name) => inputs[name] !== undefined);
  return { inputs, faults: missing.map((name) => `${name} is not served by this stand-in for the command provider`) };
}

export function runLocally(
  command: string,
  inputs: Properties,
  previous: Outputs | undefined,
  call: ResourceCall,
): Promise<Outputs> {
  const given = Array.isArray(inputs.interpreter) ? inputs.interpreter.map(String) : [];
  const [program = "/bin/sh", ...args] = given.length > 0 ? given : ["/bin/sh", "-c"];
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...args, command], {
      ...(typeof inputs.dir === "string" && { cwd: inputs.dir }),
      env: { ...process.env, ...variables(inputs.environment), ...previousOutputs(previous) },
      stdio: ["pipe", "pipe", "pipe"],
      signal: call.cancelled,
    });
    const chunks: { stream: "stdout" | "stderr"; data: Buffer }[] = [];
    const shown = shownStreams(inputs.logging);
    const readers: Interface[] = [];
    for (const stream of ["stdout", "stderr"] as const) {
      child[stream].on("data", (data: Buffer) => chunks.push({ stream, data }));
      if (!shown[stream]) continue;
      const reader = createInterface({ input: child[stream] });
      reader.on("line", (line) => call.log.status(line));
      readers.push(reader);
    }
    const text = (stream?: "stdout" | "stderr") =>
      Buffer.concat(
        chunks.filter((chunk) => stream === undefined || chunk.stream === stream).map((c) => c.data),
      ).toString();
    child.on("error", (error) => reject(new Error(failureText(error.message, command, text()))));
    child.on("close", (code, signal) => {
      for (const reader of readers) reader.close();
      if (code === 0) return resolve({ stdout: kept(text("stdout")), stderr: kept(text("stderr")) });
      const end = signal === null ? `exit status ${code}` : `signal: ${signal}`;
      reject(new Error(failureText(end, command, text())));
    });
    // A command that never reads its input closes it early; its exit status is what counts.
    child.stdin.on("error", () => {});
    child.stdin.end(typeof inputs.stdin === "string" ? inputs.stdin : "");
  });
}
