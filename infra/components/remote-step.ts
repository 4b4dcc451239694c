import { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { HostSpec } from "../fleet/fleet";
import type { ManagedProgram } from "../host-scripts/managed-program";
import type { FacetStep } from "../host-scripts/program-steps";
import { quote } from "../host-scripts/shell-quote";
import { stepInput } from "../host-scripts/steps-script";
import { launchFile } from "../ssh/launcher";
import { hostConnection } from "./host-connection";
import type { Ledger } from "./ledger";
import type { LeftUndone } from "./left-undone";

/** One step of a rollout on a host. */
interface RemoteStepArgs {
  /** The agent's name, or "assembler"; resource names derive from it alone. */
  readonly owner: string;
  readonly program: ManagedProgram;
  /** SHA-256 of the file of the program's steps. */
  readonly stepsSha256: string;
  readonly step: FacetStep;
  readonly host: HostSpec;
  readonly ledger: Ledger;
  /** The step that must be done before. */
  readonly after: pulumi.CustomResource | undefined;
  readonly leftUndone: LeftUndone;
}

/**
 * A step as a command on the host. A heal is an update in place: the ledger's epoch is in the command's text. So is a move to another host, as the
 * ledger has cleared the old place by then. The ledger undoes the steps, so the command's own `delete` is only for a step that goes without its ledger.
 */
function remoteStep(parent: pulumi.Resource, args: RemoteStepArgs): remote.Command {
  const { owner, program, stepsSha256, host, ledger, leftUndone } = args;
  const { facet, words, input, timeLimitSeconds } = args.step;
  const { become, password } = host.target;
  const label = `deeptrace-${facet}@${owner}`;
  const file = { path: program.owner.layout.stepsFile };
  const options = { become, password, timeLimitSeconds };
  const apply = launchFile(label, { ...file, sha256: stepsSha256 }, input && stepInput(input), options);
  // Undoing asks for no version: the ledger may have put a newer one there.
  const undo = launchFile(label, file, undefined, options);
  const told = words.map((word) => (/^[\w./:=@+-]+$/.test(word) ? word : quote(word))).join(" ");
  const after = args.after ? leftUndone.guard(args.after.urn) : "";
  const epochs = leftUndone.guard(ledger.epochs);
  const command = new remote.Command(
    `${owner}-${facet}`,
    {
      connection: connectionOf(host, ledger, leftUndone),
      // The order of the steps is a dependency of this text, as dependsOn would fail in the SDK's words.
      create: pulumi
        .all([epochs, after])
        .apply(([counts]) => `${apply.command} ${facet} apply ${counts[facet] ?? 1}${told === "" ? "" : ` ${told}`}`),
      delete: `${undo.command} ${facet} delete`,
      // An address with a token, a configuration, a digest that would betray its secrets, or sudo's password.
      ...(apply.stdin !== undefined && { stdin: pulumi.secret(apply.stdin) }),
      // Servers do not accept variables of ours.
      addPreviousOutputInEnv: false,
      logging: remote.Logging.None,
    },
    { parent, deletedWith: ledger, deleteBeforeReplace: true },
  );
  return leftUndone.speaksForItself(command);
}

/** The steps of a program, each after the one before it and the first after `first`, if there is one. */
export function remoteSteps(
  parent: pulumi.Resource,
  steps: readonly FacetStep[],
  shared: Omit<RemoteStepArgs, "step" | "after">,
  first?: pulumi.CustomResource,
): remote.Command[] {
  const commands: remote.Command[] = [];
  for (const step of steps) {
    commands.push(remoteStep(parent, { ...shared, step, after: commands.at(-1) ?? first }));
  }
  return commands;
}

/** How the command provider reaches the host that a ledger has entered before. */
export function connectionOf({ target }: HostSpec, ledger: Ledger, leftUndone: LeftUndone) {
  const proxyHostKey = target.proxy && leftUndone.guard(ledger.proxyHostKey);
  return hostConnection(target, leftUndone.guard(ledger.hostKey), proxyHostKey);
}
