import type { CommandResult, CommandRun } from "./remote-run";
import { SshError } from "./ssh-fault";
import type { SshLogin } from "./ssh-login";
import { type OpenOptions, openSession, type SshSession } from "./ssh-session";

/** What the servers on the way showed, in authorized_keys form. */
export type ShownKeys = Pick<SshSession, "hostKey" | "proxyHostKey">;

export interface SharedRun {
  readonly shown: ShownKeys;
  readonly result: CommandResult;
}

interface Shared {
  readonly opened: Promise<SshSession>;
  users: number;
  idle: NodeJS.Timeout | undefined;
}

/**
 * Runs commands over one connection per login, as long as they follow each other closely: a login costs a host, and us,
 * more than a look at one of its agents, and a host may have twenty.
 */
export class SharedSessions {
  readonly #byLogin = new Map<string, Shared>();

  /** A connection that nobody used for so long is closed. */
  constructor(private readonly idleMs: number) {}

  /** Rejects with an SshError as {@link openSession} and a session's `run` do. */
  async run(login: SshLogin, command: CommandRun, options: OpenOptions): Promise<SharedRun> {
    const key = JSON.stringify(login);
    const shared = this.#take(key, login, options);
    try {
      return await runOver(await shared.opened, command);
    } catch (error) {
      // A connection that a cancel closed says no more than that it is closed.
      if (options.cancelled?.aborted) throw new SshError({ kind: "lost", reason: "cancelled" });
      if (!(error instanceof SshError) || error.fault.kind !== "not-started") throw error;
    } finally {
      this.#giveBack(key, shared);
    }
    return runAlone(login, command, options);
  }

  #take(key: string, login: SshLogin, options: OpenOptions): Shared {
    const known = this.#byLogin.get(key);
    const shared = known ?? { opened: openSession(login, options), users: 0, idle: undefined };
    if (known === undefined) {
      this.#byLogin.set(key, shared);
      // Who comes next tries anew; those who wait are told.
      shared.opened.catch(() => this.#byLogin.delete(key));
    }
    clearTimeout(shared.idle);
    shared.users += 1;
    return shared;
  }

  #giveBack(key: string, shared: Shared): void {
    shared.users -= 1;
    if (shared.users > 0) return;
    shared.idle = setTimeout(() => {
      if (this.#byLogin.get(key) === shared) this.#byLogin.delete(key);
      shared.opened.then((session) => session.close()).catch(() => {});
    }, this.idleMs);
    shared.idle.unref();
  }
}

/** The connection went while it was idle, or sshd lets it have fewer commands at once (`MaxSessions`). */
async function runAlone(login: SshLogin, command: CommandRun, options: OpenOptions): Promise<SharedRun> {
  const session = await openSession(login, options);
  try {
    return await runOver(session, command);
  } finally {
    session.close();
  }
}

async function runOver(session: SshSession, command: CommandRun): Promise<SharedRun> {
  const { hostKey, proxyHostKey } = session;
  const result = await session.run(command);
  return { shown: { hostKey, ...(proxyHostKey !== undefined && { proxyHostKey }) }, result };
}
