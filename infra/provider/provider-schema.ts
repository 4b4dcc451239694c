import { ledgerSchema } from "../ledger/ledger-schema";
import { registrationToken } from "../registration/registration-contract";
import { registrationSchema } from "../registration/registration-schema";

/** The package as Pulumi's tools see it (`pulumi package get-schema ./infra/provider`). */
export function providerSchema(): object {
  const ledger = ledgerSchema() as { types: object; resources: object };
  return {
    ...ledger,
    description:
      "Keeps a ledger of what a fleet's hosts run, so that a refresh sees what was changed by hand, and the list of its agents.",
    types: { ...ledger.types, ...registrationSchema.types },
    resources: { ...ledger.resources, [registrationToken]: registrationSchema.resource },
  };
}
