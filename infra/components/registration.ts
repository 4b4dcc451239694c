import * as pulumi from "@pulumi/pulumi";
import { providerVersion } from "../provider/provider-identity";
import { type RegistrationInputs, registrationToken } from "../registration/registration-contract";

/** An agent's entry in the `agent_list` of Elasticsearch, made once the agent is up and past its gate. See `infra/registration`. */
export class Registration extends pulumi.CustomResource {
  /** @param after holds the registration back until it is known; fails it if it fails. */
  constructor(
    name: string,
    { elastic, revision, agent, ...open }: RegistrationInputs,
    after: pulumi.Output<unknown>,
    opts: pulumi.CustomResourceOptions,
  ) {
    const inputs = {
      ...open,
      agent: after.apply(() => agent),
      elastic: { ...elastic, password: pulumi.secret(elastic.password) },
      revision: pulumi.secret(revision),
      registeredAt: undefined,
      updatedAt: undefined,
      observed: undefined,
    };
    super(registrationToken, name, inputs, { ...opts, version: providerVersion });
  }
}
