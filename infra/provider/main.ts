import { ledgerToken } from "../ledger/ledger-contract";
import { ledgerHandler } from "../ledger/ledger-handler";
import { serveProvider } from "../provider-server/serve-provider";
import { registrationToken } from "../registration/registration-contract";
import { registrationHandler } from "../registration/registration-handler";
import { providerName, providerVersion } from "./provider-identity";
import { providerSchema } from "./provider-schema";

serveProvider(
  {
    name: providerName,
    version: providerVersion,
    schema: providerSchema,
    resources: new Map([
      [ledgerToken, ledgerHandler],
      [registrationToken, registrationHandler],
    ]),
  },
  process.argv.slice(2),
);
