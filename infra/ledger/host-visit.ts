/** Visits to a ledger's host: log in, and run something there as a rollout would run its steps. */
import { notPlaced, placingScript } from "../host-scripts/placing-script";
import { launch } from "../ssh/launcher";
import { loginBounds, Places } from "../ssh/places";
import { type SharedRun, SharedSessions, type ShownKeys } from "../ssh/shared-sessions";
import { SshError } from "../ssh/ssh-fault";
import { address } from "../ssh/ssh-login";
import { faultMessage, observedFault, placeOf } from "./connection-faults";
import { entryRefusal, sudoRefusal } from "./entry-refusal";
import type { LedgerInputs, Teardown } from "./ledger-contract";
import { loginOf, loginSecrets, type PinnedKeys } from "./ledger-login";
import { probeOf, stepsIn } from "./ledger-scripts";
import { type Observed, observe, observeAll } from "./probe-facts";
import { maskSecrets } from "./secret-masking";
import { unseen } from "./unseen-host";

/** One for the whole process: an engine asks for hundreds of ledgers at once. */
const bounds = loginBounds();
/** Scripts at work on one host at once; more would only take the host's processors from each other. */
const visits = new Places(8);
/** The agents of one host are looked at one soon after the other. */
const sessions = new SharedSessions(1000);
const probeTimeLimitMs = 60_000;
/** For the connection and for a host that ends its script late. */
const graceMs = 30_000;
const outputLimit = 4 * 1024 * 1024;

/**
 * Enters the host as a rollout would, so that whatever stands in the way is said once, here, and puts the file of the steps there.
 * @returns the keys that the host and its proxy showed. Throws an Error with the message for the user; its `cause` is
 *   the SshError, if it was one.
 */
export async function enterHost(ledger: LedgerInputs, pinned: PinnedKeys, cancelled: AbortSignal): Promise<ShownKeys> {
  const file = stepsIn(ledger);
  const script = file === undefined ? "exit 0" : placingScript(file);
  const { shown, result } = await inUsersWords(ledger, () => look(ledger, pinned, script, cancelled));
  if (result.code === notPlaced) refuse(ledger, lastLine(result.stderr));
  refuse(ledger, entryRefusal(ledger.target, result));
  return shown;
}

/** Looks into the host. Never throws for what is wrong with the host: that is what it observes. */
export async function lookAtHost(ledger: LedgerInputs, pinned: PinnedKeys, cancelled: AbortSignal): Promise<Observed> {
  const { target, desired } = ledger;
  try {
    const { result } = await look(ledger, pinned, probeOf(ledger), cancelled);
    const refused = sudoRefusal(target, result);
    if (refused === undefined) return observe(result, ledger, loginSecrets(target));
    return observeAll(desired, unseen("loginRefused", maskSecrets(refused, loginSecrets(target))));
  } catch (error) {
    if (error instanceof SshError && !cancelled.aborted) return observeAll(desired, observedFault(error));
    throw error;
  }
}

/** Undoes on the host what the steps did there. Throws as {@link enterHost} does, and if the host could not do it. */
export async function tearDownHost(
  ledger: LedgerInputs,
  { script, timeLimitSeconds }: Teardown,
  pinned: PinnedKeys,
  cancelled: AbortSignal,
): Promise<void> {
  const { agent, target } = ledger;
  const { command, stdin } = launch(`deeptrace-teardown@${agent}`, script, { ...target, timeLimitSeconds });
  const timeLimitMs = timeLimitSeconds * 1000 + graceMs;
  const { result } = await inUsersWords(ledger, () =>
    visit(ledger, pinned, { command: `${command} delete`, stdin, timeLimitMs }, cancelled),
  );
  if (result.code === 0) return;
  if (sudoRefusal(target, result) !== undefined) refuse(ledger, entryRefusal(target, result));
  const lastWords = lastLine(result.stderr) || `the teardown ended with status ${result.code}`;
  refuse(ledger, lastWords.replace(/^(agent "[^"]*"|assembler): /, ""));
}

function lastLine(text: string): string {
  return text.trim().split("\n").pop() ?? "";
}

function look(ledger: LedgerInputs, pinned: PinnedKeys, script: string, cancelled: AbortSignal) {
  const launched = launch("deeptrace-probe", script, ledger.target);
  return visit(ledger, pinned, { ...launched, timeLimitMs: probeTimeLimitMs }, cancelled);
}

async function inUsersWords<Result>({ agent, target }: LedgerInputs, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof SshError ? new Error(faultMessage(agent, target, error), { cause: error }) : error;
  }
}

function refuse({ agent, target }: LedgerInputs, reason: string | undefined): void {
  if (reason === undefined) return;
  throw new Error(`${placeOf(agent, target)}: ${maskSecrets(reason, loginSecrets(target))}`);
}

function visit(
  { target }: LedgerInputs,
  pinned: PinnedKeys,
  run: { command: string; stdin: string; timeLimitMs: number },
  cancelled: AbortSignal,
): Promise<SharedRun> {
  const options = { cancelled, bounds };
  return visits.within(address(target), () => sessions.run(loginOf(target, pinned), { ...run, outputLimit }, options));
}
