import type { ResourceCall } from "../provider-server/resource-handler";
import { absenceIn } from "./absent-host";
import { tearDownHost } from "./host-visit";
import type { LedgerInputs, UnreachablePolicy } from "./ledger-contract";
import type { PinnedKeys } from "./ledger-login";
import { teardownIn } from "./ledger-scripts";
import { policyVariable } from "./unreachable-policy";

/**
 * Undoes on a host what the steps of its ledger did. A host that is not there fails it, or by the policy is left with a
 * warning that names what may still be there.
 */
export async function clearHost(
  ledger: LedgerInputs,
  pinned: PinnedKeys,
  policy: UnreachablePolicy,
  call: ResourceCall,
): Promise<void> {
  const teardown = teardownIn(ledger);
  if (teardown === undefined) return;
  try {
    await tearDownHost(ledger, teardown, pinned, call.cancelled);
  } catch (error) {
    if (call.cancelled.aborted || !(error instanceof Error) || error.cause === undefined) throw error;
    const message = sentence(error.message);
    if (absenceIn(error) === undefined) {
      throw new Error(`${message} A teardown logs in as the last up did: if that has changed, run pulumi up first`);
    }
    if (policy === "fail") {
      throw new Error(`${message} If the host is gone for good, run this again with ${policyVariable}=skip`);
    }
    const removes = teardown.removes.join(", ");
    call.log.warning(`${message} It is left as it is, as onUnreachable is skip. What may still be there: ${removes}`);
  }
}

/** Words to which another sentence can be added. */
export function sentence(words: string): string {
  return /[.?]$/.test(words) ? words : `${words}.`;
}
