import { faultMessage, placeOf } from "../ledger/connection-faults";
import { entryRefusal, sudoRefusal } from "../ledger/entry-refusal";
import { loginOf, loginSecrets } from "../ledger/ledger-login";
import { maskSecrets } from "../ledger/secret-masking";
import { fingerprint, parseHostKey } from "../ssh/host-key";
import { launch } from "../ssh/launcher";
import { loginBounds, Places } from "../ssh/places";
import type { CommandResult, CommandRun } from "../ssh/remote-run";
import { SshError } from "../ssh/ssh-fault";
import { address } from "../ssh/ssh-login";
import { openSession, type SshSession } from "../ssh/ssh-session";
import type { FleetAgent } from "./stack/open-fleet";

/** Why an agent's host could not be worked on; the message is for the user. `entered` tells whether the login itself succeeded. */
export class AccessFault extends Error {
  constructor(
    message: string,
    readonly entered: boolean,
  ) {
    super(message);
  }
}

/** A script for a host, and how it is run there. */
export interface HostScript {
  /** Shown in the process list there: `deeptrace-probe`. */
  readonly label: string;
  readonly text: string;
  /** Further arguments, plain words. */
  readonly words?: readonly string[];
  /** After so long the host ends it. */
  readonly timeLimitSeconds?: number;
}

/** A host that let us in. */
export interface EnteredHost {
  /** What is to be said of a host whose key was taken on trust. */
  readonly onTrust: string | undefined;
  /** Runs a script with the rights that the agent's steps have. Throws {@link AccessFault} if its end was not seen or sudo refused it. */
  run(script: HostScript, more?: Partial<CommandRun>): Promise<CommandResult>;
  /** Runs a plain command with the rights of the login alone. */
  runPlainly(command: string, more?: Partial<CommandRun>): Promise<CommandResult>;
}

/** A host ends a script by itself; this much later we no longer wait for it. */
const patienceMs = 15_000;

/** The way into the hosts of a fleet: all at the same time, but never more logins at once than sshd takes. */
export class HostAccess {
  readonly #bounds = loginBounds();
  /** Sessions at work on one host at once; more would only take its processors from each other. */
  readonly #visits = new Places(8);

  constructor(private readonly cancelled: AbortSignal) {}

  /** Logs in, works, and logs out. Throws {@link AccessFault} if nobody is let in. */
  enter<Result>(agent: FleetAgent, work: (host: EnteredHost) => Promise<Result>): Promise<Result> {
    const { target } = agent.host;
    return this.#visits.within(address(target), async () => {
      const session = await this.#open(agent);
      try {
        return await work(enteredHost(agent, session));
      } finally {
        session.close();
      }
    });
  }

  async #open(agent: FleetAgent): Promise<SshSession> {
    const { target } = agent.host;
    try {
      return await openSession(loginOf(target, agent.pinned), { bounds: this.#bounds, cancelled: this.cancelled });
    } catch (error) {
      if (!(error instanceof SshError)) throw error;
      throw new AccessFault(faultMessage(agent.name, target, error), false);
    }
  }
}

function enteredHost(agent: FleetAgent, session: SshSession): EnteredHost {
  const { target } = agent.host;
  const place = placeOf(agent.name, target);
  const end = async (run: Promise<CommandResult>): Promise<CommandResult> => {
    try {
      return await run;
    } catch (error) {
      if (!(error instanceof SshError)) throw error;
      const lost = error.fault.kind !== "too-slow";
      throw new AccessFault(
        `${place}: ${error.message}: ${lost ? "is the host still up?" : "is it overloaded?"}`,
        !lost,
      );
    }
  };
  return {
    onTrust:
      agent.pinned.hostKey === undefined
        ? `host key ${fingerprint(parseHostKey(session.hostKey))} taken on trust: nothing is pinned before the first pulumi up`
        : undefined,
    async run({ label, text, words = [], timeLimitSeconds }, more) {
      const { command, stdin } = launch(label, text, {
        become: target.become,
        password: target.password,
        ...(timeLimitSeconds !== undefined && { timeLimitSeconds }),
      });
      const limit = timeLimitSeconds === undefined ? {} : { timeLimitMs: timeLimitSeconds * 1000 + patienceMs };
      const result = await end(session.run({ command: [command, ...words].join(" "), stdin, ...limit, ...more }));
      if (sudoRefusal(target, result) === undefined) return result;
      const refusal = entryRefusal(target, result) ?? "sudo refuses";
      throw new AccessFault(`${place}: ${maskSecrets(refusal, loginSecrets(target))}`, false);
    },
    runPlainly: (command, more) => end(session.run({ command, timeLimitMs: patienceMs, ...more })),
  };
}
