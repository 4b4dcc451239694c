import { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { HostSpec } from "../fleet/fleet";
import type { Facet } from "../ledger/ledger-contract";
import { launch } from "../ssh/launcher";
import { hostConnection } from "./host-connection";
import type { Ledger } from "./ledger";
import type { LeftUndone } from "./left-undone";

/** One step of a rollout on a host. */
export interface RemoteStepArgs {
  /** The agent's name, or "assembler"; resource names derive from it alone. */
  readonly owner: string;
  readonly facet: Facet;
  readonly host: HostSpec;
  readonly ledger: Ledger;
  /** Takes `apply EPOCH` or `delete`; may hold secrets. */
  readonly script: string;
  readonly timeLimitSeconds: number;
  /** The step that must be done before. */
  readonly after: pulumi.CustomResource | undefined;
  readonly leftUndone: LeftUndone;
}

/**
 * A step as a command on the host. A heal is an update in place: the ledger's epoch is in the command's text. So is a move to another host, as the
 * ledger has cleared the old place by then. The ledger undoes the steps, so the command's own `delete` is only for a step that goes without its ledger.
 */
export function remoteStep(parent: pulumi.Resource, args: RemoteStepArgs): remote.Command {
  const { owner, facet, host, ledger, leftUndone } = args;
  const { become, password } = host.target;
  const { command, stdin } = launch(`deeptrace-${facet}@${owner}`, args.script, {
    become,
    password,
    timeLimitSeconds: args.timeLimitSeconds,
  });
  const after = args.after ? leftUndone.guard(args.after.urn) : "";
  const epochs = leftUndone.guard(ledger.epochs);
  const step = new remote.Command(
    `${owner}-${facet}`,
    {
      connection: connectionOf(host, ledger, leftUndone),
      // The order of the steps is a dependency of this text, as dependsOn would fail in the SDK's words.
      create: pulumi.all([epochs, after]).apply(([counts]) => `${command} apply ${counts[facet] ?? 1}`),
      delete: `${command} delete`,
      stdin: pulumi.secret(stdin),
      // Servers do not accept variables of ours.
      addPreviousOutputInEnv: false,
      logging: remote.Logging.None,
    },
    { parent, deletedWith: ledger, deleteBeforeReplace: true },
  );
  return leftUndone.speaksForItself(step);
}

/** How the command provider reaches the host that a ledger has entered before. */
export function connectionOf({ target }: HostSpec, ledger: Ledger, leftUndone: LeftUndone) {
  const proxyHostKey = target.proxy && leftUndone.guard(ledger.proxyHostKey);
  return hostConnection(target, leftUndone.guard(ledger.hostKey), proxyHostKey);
}
