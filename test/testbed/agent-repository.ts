import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { freePort } from "./free-port";
import type { AgentRepository } from "./parts";
import { type OwnedProcesses, tailOf } from "./processes/owned-processes";
import { mustRun, runCommand } from "./processes/run-command";
import { waitFor } from "./wait-for";

/** git without the caller's own settings. */
function gitEnvironment(home: string): Record<string, string> {
  return {
    PATH: process.env.PATH ?? "",
    HOME: home,
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_AUTHOR_NAME: "Demo agent",
    GIT_AUTHOR_EMAIL: "agent@example.org",
    GIT_COMMITTER_NAME: "Demo agent",
    GIT_COMMITTER_EMAIL: "agent@example.org",
  };
}

/** A bare repository and the working copy that fills it. */
class Checkout {
  readonly #environment: Record<string, string>;
  constructor(
    readonly copy: string,
    readonly bare: string,
  ) {
    this.#environment = gitEnvironment(path.dirname(copy));
  }

  async git(...args: string[]): Promise<string> {
    const { stdout } = await mustRun(["git", ...args], { directory: this.copy, environment: this.#environment });
    return stdout.trim();
  }

  async create(): Promise<void> {
    await this.git("init", "--quiet", "--bare", "--initial-branch=main", this.bare);
    await this.git("init", "--quiet", "--initial-branch=main");
  }

  async commit(message: string): Promise<string> {
    await this.git("add", "--all");
    await this.git("commit", "--quiet", "--allow-empty", "--message", message);
    await this.git("push", "--quiet", this.bare, "main");
    return this.git("rev-parse", "HEAD");
  }
}

/**
 * Serves the agent's release at `git://<gateway>:<port>/agent.git`.
 *
 * @param release writes the files of the release to a folder
 */
export async function serveAgentRepository(
  processes: OwnedProcesses,
  directory: string,
  gateway: string,
  release: (directory: string) => Promise<void>,
): Promise<AgentRepository> {
  const served = path.join(directory, "repositories");
  const checkout = new Checkout(path.join(directory, "agent"), path.join(served, "agent.git"));
  for (const folder of [checkout.copy, served]) mkdirSync(folder, { recursive: true });
  await checkout.create();
  await release(checkout.copy);
  let commit = await checkout.commit("Agent release");

  const port = await freePort();
  const url = `git://${gateway}:${port}/agent.git`;
  const server = await processes.start({
    name: "git-server",
    argv: [process.execPath, path.join(__dirname, "git-server.mjs"), served, gateway, String(port)],
    environment: gitEnvironment(directory),
  });
  await waitFor(async () => (await runCommand(["git", "ls-remote", url])).code === 0, {
    timeoutMs: 15_000,
    what: "the server of the agent's repository",
    hopeless: server.exited.then((how) => `it ${how}:\n${tailOf(server.log)}`),
  });

  return {
    url,
    get commit() {
      return commit;
    },
    async publish(change) {
      for (const [name, content] of Object.entries(change)) {
        const file = path.join(checkout.copy, name);
        mkdirSync(path.dirname(file), { recursive: true });
        writeFileSync(file, content);
      }
      commit = await checkout.commit(`Change ${Object.keys(change).join(", ")}`);
      return commit;
    },
    stop: () => server.end("SIGTERM"),
  };
}
