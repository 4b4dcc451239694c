/**
 * Stands in for the official `command` provider 1.2.1 where that cannot be installed: the same schema and behaviour for
 * remote.Command, remote.CopyToRemote and local.Command, over real SSH. Tests and the demo use it; users do not need it.
 */
import { serveProvider } from "../../../infra/provider-server/serve-provider";
import { commandHandler } from "./command-handler";
import { commandSchema, version } from "./command-schema";
import { copyHandler } from "./copy-handler";
import { checkLocal, runLocally } from "./local-run";
import { checkRemote, runRemotely } from "./remote-command-run";

serveProvider(
  {
    name: "command",
    version,
    schema: commandSchema,
    resources: new Map([
      ["command:remote:Command", commandHandler({ check: checkRemote, run: runRemotely, secrets: [["connection"]] })],
      ["command:remote:CopyToRemote", copyHandler],
      ["command:local:Command", commandHandler({ check: checkLocal, run: runLocally, secrets: [] })],
    ]),
    notice: "commands are run by the testbed's stand-in for the command provider, not by the official plugin",
  },
  process.argv.slice(2),
);
