import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { build } from "esbuild";
import { runCommand } from "../../testbed/processes/run-command";

const directory = mkdtempSync(path.join(tmpdir(), "assembler-bundle-"));
after(() => rmSync(directory, { recursive: true, force: true }));

test("bundled into one file, the assembler runs where there is nothing but Node", async () => {
  const outfile = path.join(directory, "deeptrace-assembler.js");
  await build({
    entryPoints: [path.resolve(__dirname, "../../../assembler/main.ts")],
    bundle: true,
    platform: "node",
    format: "cjs",
    minify: true,
    outfile,
    logLevel: "error",
  });
  assert.deepEqual(readdirSync(directory), ["deeptrace-assembler.js"]);
  const bare = { environment: { PATH: "/nowhere" }, directory: "/" };
  const help = await runCommand([process.execPath, outfile, "--help"], bare);
  assert.equal(help.code, 0, help.stderr);
  assert.match(help.stdout, /verify .*recount every span/);

  // It gets as far as its log, its HTTP server and the client of Elasticsearch, which nobody answers.
  const config = path.join(directory, "assembler.toml");
  writeFileSync(config, '[elastic]\nurl = "http://127.0.0.1:9"\nusername = "u"\npassword = "hush"\n[http]\nport = 0\n');
  const verify = await runCommand([process.execPath, outfile, "verify", "--config", config], bare);
  assert.equal(verify.code, 2);
  assert.match(verify.stderr, /^no answer from Elasticsearch to GET /);
  const run = await runCommand([process.execPath, outfile, "--config", config], { ...bare, timeoutMs: 3000 });
  assert.match(run.stdout, /"msg":"started"/);
  assert.match(run.stdout, /"kind":"unreachable"/);
  assert.equal(run.stdout.includes("hush"), false);
});
