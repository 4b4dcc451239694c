/** One connection to a ledger's host: log in, and run the probe there as a rollout would run its steps. */
import { launch } from "../ssh/launcher";
import { loginBounds, Places } from "../ssh/places";
import type { CommandResult } from "../ssh/remote-run";
import { SshError } from "../ssh/ssh-fault";
import { address } from "../ssh/ssh-login";
import { openSession } from "../ssh/ssh-session";
import { faultMessage, observedFault, placeOf } from "./connection-faults";
import { entryRefusal, sudoRefusal } from "./entry-refusal";
import type { LedgerInputs } from "./ledger-contract";
import { loginOf, loginSecrets } from "./ledger-login";
import { type Observed, observe, observeAll } from "./probe-facts";
import { maskSecrets } from "./secret-masking";
import { unseen } from "./unseen-host";

/** One for the whole process: an engine asks for hundreds of ledgers at once. */
const bounds = loginBounds();
/** Probes at work on one host at once; more would only take the host's processors from each other. */
const visits = new Places(8);
const probeTimeLimitMs = 60_000;
const probeOutputLimit = 4 * 1024 * 1024;

/**
 * Enters the host as a rollout would, so that whatever stands in the way is said once, here.
 * @returns the key that the host showed. Throws an Error with the message for the user.
 */
export async function enterHost(
  ledger: LedgerInputs,
  hostKey: string | undefined,
  cancelled: AbortSignal,
): Promise<string> {
  const { agent, target } = ledger;
  const { shownKey, result } = await visit(ledger, hostKey, "exit 0", cancelled).catch((error: unknown) => {
    throw error instanceof SshError ? new Error(faultMessage(agent, target, error)) : error;
  });
  const refusal = entryRefusal(target, result);
  if (refusal === undefined) return shownKey;
  throw new Error(`${placeOf(agent, target)}: ${maskSecrets(refusal, loginSecrets(target))}`);
}

/** Looks into the host. Never throws for what is wrong with the host: that is what it observes. */
export async function lookAtHost(
  ledger: LedgerInputs,
  hostKey: string | undefined,
  cancelled: AbortSignal,
): Promise<Observed> {
  const { target, desired } = ledger;
  try {
    const { result } = await visit(ledger, hostKey, ledger.probe, cancelled);
    const refused = sudoRefusal(target, result);
    if (refused === undefined) return observe(result, ledger, loginSecrets(target));
    return observeAll(desired, unseen("loginRefused", maskSecrets(refused, loginSecrets(target))));
  } catch (error) {
    if (error instanceof SshError && !cancelled.aborted) return observeAll(desired, observedFault(error));
    throw error;
  }
}

function visit(
  { target }: LedgerInputs,
  hostKey: string | undefined,
  script: string,
  cancelled: AbortSignal,
): Promise<{ shownKey: string; result: CommandResult }> {
  return visits.within(address(target), async () => {
    const session = await openSession(loginOf(target, hostKey), { cancelled, bounds });
    try {
      const { command, stdin } = launch("deeptrace-probe", script, target);
      const limits = { timeLimitMs: probeTimeLimitMs, outputLimit: probeOutputLimit };
      return { shownKey: session.hostKey, result: await session.run({ command, stdin, ...limits }) };
    } finally {
      session.close();
    }
  });
}
