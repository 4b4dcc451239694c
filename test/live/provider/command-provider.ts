/**
 * The command provider under test: what the fleet program relies on is held, case by case, against the one in the folder
 * COMMAND_PROVIDER (default: the testbed's stand-in), so that any other can be held to the same.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, afterEach, before, beforeEach } from "node:test";
import type { Properties } from "../../../infra/provider-server/property-value";
import { type Engine, startEngine } from "./engine";
import { OwnSshd } from "./own-sshd";

const standIn = resolve(__dirname, "../../testbed/command-provider");

/** A provider, a server for it to reach, and an empty folder for each test; they come and go with the test file. */
export interface CommandBench {
  engine: Engine;
  sshd: OwnSshd;
  scratch: string;
  /** The `connection` by which a command reaches the server. */
  connection(more?: Properties): Properties;
}

/** To be called once at the top of a test file; what it returns is filled before the first test. */
export function commandBench(type: string): CommandBench {
  const bench = { connection: (more: Properties = {}) => connectionTo(bench.sshd, more) } as CommandBench;
  before(async () => {
    bench.sshd = await OwnSshd.start();
    bench.engine = await startCommandProvider(type);
  });
  after(async () => {
    await bench.engine.stop();
    await bench.sshd.close();
  });
  beforeEach(() => {
    bench.scratch = mkdtempSync(join(tmpdir(), "deeptrace-command-"));
  });
  afterEach(() => rmSync(bench.scratch, { recursive: true, force: true }));
  return bench;
}

export function startCommandProvider(type: string, environment: NodeJS.ProcessEnv = {}): Promise<Engine> {
  const folder = process.env.COMMAND_PROVIDER ?? standIn;
  return startEngine(join(folder, "pulumi-resource-command"), type, environment);
}

function connectionTo(sshd: OwnSshd, more: Properties): Properties {
  return {
    host: "127.0.0.1",
    port: sshd.port,
    user: sshd.user,
    privateKey: sshd.privateKey,
    dialErrorLimit: 1,
    perDialTimeout: 10,
    ...more,
  };
}
