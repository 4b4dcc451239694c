import { randomBytes } from "node:crypto";
import { Archive, Asset, isPropertyMap, type Properties, Unknown } from "../../../infra/provider-server/property-value";
import type { ResourceCall, ResourceHandler } from "../../../infra/provider-server/resource-handler";
import { sameValue } from "../../../infra/provider-server/value-difference";
import { planByInputs } from "./command-handler";
import { checkConnection, dial } from "./connection-inputs";
import { copySource } from "./sftp-copy";

/** remote.CopyToRemote: copies on creation and when the content or the place changes; a delete leaves the copy there. */
export const copyHandler: ResourceHandler = {
  secrets: [["connection"]],
  check(inputs) {
    const checked = checkConnection(inputs);
    const faults = [...checked.faults];
    const { source, remotePath } = inputs;
    if (!(source instanceof Asset || source instanceof Archive || source instanceof Unknown)) {
      faults.push("either asset or archive must be set");
    }
    if (remotePath === undefined) faults.push("remotePath is missing");
    return { inputs: checked.inputs, failures: faults.map((reason) => ({ property: "", reason })) };
  },
  diff: planByInputs,
  async create(inputs, preview, call) {
    if (!preview) await copy(inputs, call);
    return { id: preview ? "" : randomBytes(4).toString("hex"), state: inputs };
  },
  async read(old) {
    return { state: old.state, inputs: old.inputs };
  },
  async update(old, inputs, preview, call) {
    const same = sameValue(old.state.source, inputs.source) && sameValue(old.state.remotePath, inputs.remotePath);
    if (!preview && !same) await copy(inputs, call);
    return { state: inputs };
  },
  async delete() {},
};

async function copy(inputs: Properties, call: ResourceCall): Promise<void> {
  const session = await dial(isPropertyMap(inputs.connection) ? inputs.connection : {}, call);
  try {
    const sftp = await session.sftp();
    // Requests that a lost connection leaves without an answer never end by themselves.
    const lost = new Promise<never>((_, reject) => {
      sftp.once("close", () => reject(new Error("the connection was lost before the copy was whole")));
    });
    await Promise.race([copySource(sftp, inputs.source as Asset | Archive, String(inputs.remotePath)), lost]);
  } finally {
    session.close();
  }
}
