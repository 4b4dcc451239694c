import { constants } from "node:os";
import { isPropertyMap, type Properties } from "../../../infra/provider-server/property-value";
import type { ResourceCall } from "../../../infra/provider-server/resource-handler";
import type { CommandResult } from "../../../infra/ssh/remote-run";
import { SshError } from "../../../infra/ssh/ssh-fault";
import type { SshSession } from "../../../infra/ssh/ssh-session";
import type { Outputs } from "./command-handler";
import { checkConnection, dial } from "./connection-inputs";
import { failureText, kept, previousOutputs, shownStreams, variables } from "./run-report";

export const checkRemote = checkConnection;

export async function runRemotely(
  command: string,
  inputs: Properties,
  previous: Outputs | undefined,
  call: ResourceCall,
): Promise<Outputs> {
  const session = await dial(isPropertyMap(inputs.connection) ? inputs.connection : {}, call);
  try {
    const environment = await acceptedVariables(
      session,
      variables(inputs.environment),
      previousOutputs(previous),
      call,
    );
    const shown = shownStreams(inputs.logging);
    const result = await session.run({
      command,
      environment,
      ...(typeof inputs.stdin === "string" && { stdin: inputs.stdin }),
      onLine: (line, stream) => shown[stream] && call.log.status(line),
    });
    if (result.code !== 0) throw new Error(failureText(endOf(result), command, result.output));
    // The official provider takes that for a failure even where the command was content without it.
    if (!result.stdinSent) throw new Error(failureText("EOF", command, result.output));
    return { stdout: kept(result.stdout), stderr: kept(result.stderr) };
  } catch (error) {
    if (!(error instanceof SshError)) throw error;
    throw new Error(
      failureText(`wait: remote command exited without exit status or exit signal`, command, error.message),
    );
  } finally {
    session.close();
  }
}

function endOf(result: CommandResult): string {
  if (result.signal === undefined) return `Process exited with status ${result.code}`;
  const number = constants.signals[`SIG${result.signal}` as NodeJS.Signals] ?? 0;
  return `Process exited with status ${128 + number} from signal ${result.signal}`;
}

/**
 * A server drops variables that its AcceptEnv does not name without a word, so a first command looks which arrive: a
 * missing one that was asked for is an error, a missing previous output a warning.
 */
async function acceptedVariables(
  session: SshSession,
  asked: Record<string, string>,
  extra: Record<string, string>,
  call: ResourceCall,
): Promise<Record<string, string>> {
  const all = { ...asked, ...extra };
  const names = Object.keys(all);
  if (names.length === 0) return {};
  const look = `for n in ${names.map((name) => name.replace(/\W/g, "_")).join(" ")}; do eval "[ \\"\\\${$n+x}\\" ]" || echo "$n"; done`;
  const { stdout } = await session.run({ command: `sh -c '${look}'`, environment: all });
  const missing = stdout.split("\n").filter((name) => name !== "");
  for (const name of missing) {
    const advice =
      `Unable to set '${name}'. This only works if the SSH server accepts the variable (AcceptEnv); ` +
      "or put VAR=value before the command itself";
    call.log.warning(advice);
    if (name in asked) throw new Error(`could not set environment variable "${name}": ssh: setenv failed`);
  }
  return Object.fromEntries(Object.entries(all).filter(([name]) => !missing.includes(name)));
}
