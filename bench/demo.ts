import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DemoReport } from "../examples/demo/demo-report";

const signals = ["SIGINT", "SIGTERM"] as const;

/**
 * Times the demo as a newcomer meets it: a new clone with an empty home and cache (cold, concurrency 8), then the same
 * clone again with what the first run left (warm, concurrency 1).
 */
export async function measureDemo(): Promise<Record<string, number>> {
  const directory = mkdtempSync(join(tmpdir(), "deeptrace-bench-"));
  try {
    const clone = join(directory, "clone");
    mkdirSync(join(directory, "home"));
    execFileSync("git", ["clone", "--quiet", join(__dirname, ".."), clone]);
    const cold = await runDemo(clone, directory, 8);
    const warm = await runDemo(clone, directory, 1);
    return {
      seconds_cold: cold.wallSeconds,
      seconds_warm: warm.wallSeconds,
      correct_c8: cold.report.correct / cold.report.requests,
      correct_c1: warm.report.correct / warm.report.requests,
      requests: cold.report.requests + warm.report.requests,
      spans_lost: cold.report.spansLost + warm.report.spansLost,
    };
  } finally {
    // Go keeps its module cache read-only.
    execFileSync("chmod", ["-R", "u+w", directory]);
    rmSync(directory, { recursive: true, force: true });
  }
}

async function runDemo(clone: string, home: string, concurrency: number) {
  const reportFile = join(home, `report-c${concurrency}.json`);
  const started = performance.now();
  const args = ["run", "demo", "--", "--exit", "--concurrency", String(concurrency), "--report", reportFile];
  const demo = spawn("npm", args, { cwd: clone, stdio: "inherit", env: emptyHome(home) });
  // Whoever interrupts the benchmark interrupts the demo; its folder is then removed as after any failure.
  const passOn = (signal: NodeJS.Signals) => demo.kill(signal);
  for (const signal of signals) process.on(signal, passOn);
  const code = await new Promise<number | null>((resolve, reject) => {
    demo.once("exit", resolve);
    demo.once("error", reject);
  });
  for (const signal of signals) process.off(signal, passOn);
  if (code !== 0) throw new Error(`npm run demo -- --exit at concurrency ${concurrency} ended with exit code ${code}`);
  const report = JSON.parse(readFileSync(reportFile, "utf8")) as DemoReport;
  return { wallSeconds: (performance.now() - started) / 1000, report };
}

/** This environment as somebody has it who used none of this before: a home of their own, no caches from elsewhere. */
function emptyHome(home: string): NodeJS.ProcessEnv {
  const caches = /^(XDG_.*|GOPATH|GOCACHE|GOMODCACHE|PULUMI_.*|npm_.*|MAVEN_.*)$/;
  const kept = Object.entries(process.env).filter(([name]) => !caches.test(name));
  return { ...Object.fromEntries(kept), HOME: join(home, "home") };
}
