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
 * A step as a command on the host. A heal is an update in place: the ledger's epoch is in the command's text. Only a move to another host is a
 * replacement, and then the old place is cleared first, so that no agent runs twice.
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
      connection: hostConnection(host.target, leftUndone.guard(ledger.hostKey)),
      // The order of the steps is a dependency of this text, as dependsOn would fail in the SDK's words.
      create: pulumi.all([epochs, after]).apply(([counts]) => `${command} apply ${counts[facet] ?? 1}`),
      delete: `${command} delete`,
      stdin: pulumi.secret(stdin),
      // Servers do not accept variables of ours.
      addPreviousOutputInEnv: false,
      logging: remote.Logging.None,
      triggers: [placeOf(host)],
    },
    { parent, deleteBeforeReplace: true },
  );
  return leftUndone.speaksForItself(step);
}

/** Where on which machine things are; another port or login is still the same machine. */
function placeOf({ target, serviceManager }: HostSpec): string {
  const home = serviceManager === "process" ? ` of ${target.become ? "root" : target.user}` : "";
  return `${serviceManager}${home} on ${target.host}`;
}
