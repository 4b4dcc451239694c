import { ledgerToken } from "../ledger/ledger-contract";
import { ledgerSchema } from "../ledger/ledger-schema";
import { registrationToken } from "../registration/registration-contract";
import { registrationSchema } from "../registration/registration-schema";
import { providerName, providerVersion } from "./provider-identity";

/** The package as Pulumi's tools see it (`pulumi package get-schema ./infra/provider`). */
export function providerSchema(): object {
  return {
    name: providerName,
    version: providerVersion,
    description:
      "Keeps a ledger of what a fleet's hosts run, so that a refresh sees what was changed by hand, and the list of its agents.",
    types: { ...ledgerSchema.types, ...registrationSchema.types },
    resources: { [ledgerToken]: ledgerSchema.resource, [registrationToken]: registrationSchema.resource },
  };
}
