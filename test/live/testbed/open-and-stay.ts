/** Opens a testbed with parts of every kind, says on one line what to look for, and stays until it is ended. */
import { MARK } from "../../testbed/processes/keeper-protocol";
import { openTestbed } from "../../testbed/testbed";
import { loginOf, overSsh } from "./ssh-login";

async function main(): Promise<void> {
  const [kind, failure] = process.argv.slice(2);
  const testbed = await openTestbed(kind === "process" ? { hosts: "process" } : {});
  const [host, , pulumi] = await Promise.all([testbed.host("one"), testbed.elasticsearch(), testbed.pulumi()]);
  // What an agent does that daemonizes: no longer below anything that the testbed started.
  await overSsh(loginOf(host), "setsid sleep 1000 </dev/null >/dev/null 2>&1 & echo");
  const { address, serviceManager } = host;
  const id = pulumi.environment[MARK];
  console.log(JSON.stringify({ id, directory: testbed.directory, address, serviceManager }));
  if (failure === "throw") throw new Error("a test failed");
  setInterval(() => {}, 1000);
}

void main();
