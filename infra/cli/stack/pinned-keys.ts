import { ledgerToken, type SshTarget } from "../../ledger/ledger-contract";
import type { PinnedKeys } from "../../ledger/ledger-login";
import { CliFault } from "../cli-fault";

type Server = { readonly host?: unknown; readonly port?: unknown };

/** What a stack's ledger last knew of how an agent is reached, as far as the state shows it in clear. */
export interface LedgerRecord {
  readonly target: Server & { readonly proxy?: Server };
  readonly hostKey?: unknown;
  readonly proxyHostKey?: unknown;
}

interface Resource {
  readonly type?: string;
  readonly inputs?: Pick<Partial<LedgerRecord>, "target"> & { readonly agent?: unknown };
  readonly outputs?: Omit<Partial<LedgerRecord>, "target">;
}

/** Reads the ledgers by agent out of what `pulumi stack export` prints. Throws {@link CliFault} if it is not that. */
export function readLedgers(text: string): Map<string, LedgerRecord> {
  let resources: readonly Resource[];
  try {
    const { deployment } = JSON.parse(text) as { deployment?: { resources?: Resource[] } };
    resources = deployment?.resources ?? [];
  } catch {
    throw new CliFault("pulumi stack export printed no JSON: is this the Pulumi CLI, version 3?");
  }
  const ledgers = new Map<string, LedgerRecord>();
  for (const { type, inputs, outputs } of resources) {
    if (type === ledgerToken && typeof inputs?.agent === "string") {
      ledgers.set(inputs.agent, { ...outputs, target: inputs.target ?? {} });
    }
  }
  return ledgers;
}

/**
 * The keys that a host and its proxy must show: the fleet's own, else those pinned for that agent, as long as it is the same server. What is
 * absent was never entered before.
 */
export function expectedKeys(target: SshTarget, ledger: LedgerRecord | undefined): PinnedKeys {
  const hostKey = target.hostKey ?? pinnedKey(target, ledger?.target, ledger?.hostKey);
  const proxyHostKey =
    target.proxy && (target.proxy.hostKey ?? pinnedKey(target.proxy, ledger?.target.proxy, ledger?.proxyHostKey));
  return { ...(hostKey !== undefined && { hostKey }), ...(proxyHostKey !== undefined && { proxyHostKey }) };
}

function pinnedKey(server: Server, before: Server | undefined, pinned: unknown): string | undefined {
  const sameServer = before?.host === server.host && before?.port === server.port;
  return sameServer && typeof pinned === "string" && pinned !== "" ? pinned : undefined;
}
