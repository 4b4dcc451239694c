import type { ResourceCall } from "../provider-server/resource-handler";
import { fingerprint, parseHostKey } from "../ssh/host-key";
import type { ShownKeys } from "../ssh/shared-sessions";
import { address } from "../ssh/ssh-login";
import { placeOf } from "./connection-faults";
import { enterHost } from "./host-visit";
import type { LedgerInputs } from "./ledger-contract";
import type { PinnedKeys } from "./ledger-login";

/** Enters the host and returns the keys it and its proxy are held to from now on; says aloud which are taken on trust. */
export async function enterAndPin(ledger: LedgerInputs, pinned: PinnedKeys, call: ResourceCall): Promise<ShownKeys> {
  const shown = await enterHost(ledger, pinned, call.cancelled);
  const { agent, target } = ledger;
  const place = placeOf(agent, target);
  if (pinned.hostKey === undefined) call.log.info(`${place}: ${trusted(shown.hostKey, "host_key")}`);
  if (target.proxy && shown.proxyHostKey !== undefined && pinned.proxyHostKey === undefined) {
    const words = trusted(shown.proxyHostKey, "host_key of its proxy");
    call.log.info(`${place}: proxy ${address(target.proxy)}: ${words}`);
  }
  return { ...shown, ...pinned };
}

function trusted(shown: string, field: string): string {
  const key = fingerprint(parseHostKey(shown));
  return `pinned host key ${key} on first contact; to require it from the start set ${field} = "${shown}"`;
}
