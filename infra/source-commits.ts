import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { AgentSpec, SourceSpec } from "./fleet/fleet";

const run = promisify(execFile);
const lookUpLimitMs = 30_000;

/** What every agent's ref stands for now, by agent name, and one message for each source that cannot be looked up. */
export interface SourceCommits {
  readonly commits: ReadonlyMap<string, string>;
  readonly faults: readonly string[];
}

/**
 * Resolves branches and tags to commits by asking the repositories from this machine, each source once and all at the same time. A ref that is
 * a whole commit needs no look-up.
 */
export async function sourceCommits(agents: readonly AgentSpec[]): Promise<SourceCommits> {
  const users = new Map<string, { source: SourceSpec; names: string[] }>();
  for (const { name, source } of agents) {
    const key = JSON.stringify([source.repo, source.ref]);
    const user = users.get(key) ?? { source, names: [] };
    user.names.push(name);
    users.set(key, user);
  }
  const commits = new Map<string, string>();
  const faults: string[] = [];
  await Promise.all(
    [...users.values()].map(async ({ source, names }) => {
      try {
        const commit = await commitOf(source);
        for (const name of names) commits.set(name, commit);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        faults.push(`${agentsInWords(names)}: source.ref: got ${source.ref} of ${source.repo}, ${reason}`);
      }
    }),
  );
  return { commits, faults: faults.sort() };
}

async function commitOf({ repo, ref }: SourceSpec): Promise<string> {
  if (/^[0-9a-f]{40}$/.test(ref)) return ref;
  const commit = pickCommit(await listRefs(repo, ref), ref);
  if (commit) return commit;
  throw new Error("which that repository does not have; allowed: a branch, a tag or a commit of 40 hex digits");
}

/** The commit of a ref in the output of `git ls-remote`: a branch first, then what an annotated tag points at, then a plain tag. */
export function pickCommit(output: string, ref: string): string | undefined {
  const byName = new Map<string, string>();
  for (const line of output.split("\n")) {
    const [commit = "", name = ""] = line.split("\t");
    byName.set(name, commit);
  }
  const names = [`refs/heads/${ref}`, `refs/tags/${ref}^{}`, `refs/tags/${ref}`, ref];
  return names.map((name) => byName.get(name)).find((commit) => commit !== undefined);
}

async function listRefs(repo: string, ref: string): Promise<string> {
  const environment = {
    ...process.env,
    LC_ALL: "C",
    GIT_TERMINAL_PROMPT: "0",
    GIT_SSH_COMMAND: "ssh -o BatchMode=yes",
  };
  try {
    const { stdout } = await run("git", ["ls-remote", "--", repo, ref, `${ref}^{}`], {
      env: environment,
      timeout: lookUpLimitMs,
    });
    return stdout;
  } catch (error) {
    throw new Error(
      `which cannot be looked up from here (${lookUpFailure(error)}); a commit of 40 hex digits needs no look-up`,
    );
  }
}

/** Why `git ls-remote` failed, in one clause, from the error of its process. */
export function lookUpFailure(error: unknown): string {
  const {
    killed,
    code,
    signal,
    stderr = "",
  } = error as Partial<Record<"killed" | "code" | "signal" | "stderr", string>>;
  if (code === "ENOENT") return "git is missing on this machine: install it";
  if (killed) return `no answer within ${lookUpLimitMs / 1000} s`;
  // Git dies without a word when it writes to a connection that is closed.
  if (signal === "SIGPIPE") return "the server closed the connection";
  const lines = stderr.split("\n").filter((line) => line.trim() !== "");
  const words = lines.find((line) => line.startsWith("fatal:")) ?? lines.at(-1);
  return words ?? `git ls-remote ended with ${signal ?? `status ${code}`}`;
}

function agentsInWords(names: readonly string[]): string {
  const quoted = names.map((name) => `"${name}"`);
  const rest = quoted.length > 3 ? ` and ${quoted.length - 3} more` : "";
  return `agent${names.length > 1 ? "s" : ""} ${quoted.slice(0, 3).join(", ")}${rest}`;
}
