import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { PolledPipe } from "../../../examples/agent/src/polled-pipe";

function withPipe(work: (pipe: PolledPipe, read: () => string) => void): void {
  const directory = mkdtempSync(path.join(tmpdir(), "pipe-"));
  const pipe = new PolledPipe(directory, "name");
  try {
    assert.deepEqual(readdirSync(directory), [], "the name is gone at once");
    work(pipe, () => {
      let text = "";
      pipe.drain((part) => {
        text += part;
      });
      return text;
    });
  } finally {
    pipe.close();
    rmSync(directory, { recursive: true });
  }
}

function write(pipe: PolledPipe, text: string): void {
  spawnSync("printf", [text], { stdio: ["ignore", pipe.writeEnd, "inherit"] });
}

test("what was written is read in order, and nothing while nothing is there", () =>
  withPipe((pipe, read) => {
    assert.equal(read(), "");
    write(pipe, "one ");
    write(pipe, "two");
    assert.equal(read(), "one two");
    assert.equal(read(), "");
  }));

test("what a writer left is read after its end", () =>
  withPipe((pipe, read) => {
    write(pipe, "last words");
    pipe.handOver();
    assert.equal(read(), "last words");
    assert.equal(read(), "");
  }));
